import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { GatewayFunction } from './gateway-function.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { OperationsKey } from './operations-key.ts';
import type { UsageTable } from './usage-table.ts';

export interface UsageFolderProps {
  readonly stage: StageConfig;
  readonly key: OperationsKey;
  readonly ledger: LedgerTable;
  readonly usage: UsageTable;
}

/** Works out, each quarter hour, what the hours came to whose requests have all ended. */
export class UsageFolder extends Construct {
  constructor(scope: Construct, id: string, { stage, key, ledger, usage }: UsageFolderProps) {
    super(scope, id);
    const folder = new GatewayFunction(scope, 'Folder', {
      handler: 'folder',
      description: 'Folds request records into hourly usage',
      // Shorter than the time between two runs, so that they hardly ever meet.
      timeout: Duration.minutes(10),
      stage,
      key,
    });
    ledger.grantLook(folder);
    usage.grantFold(folder);
    new Rule(this, 'EachQuarterHour', {
      description: 'Portcullis: folds the hours that are complete',
      schedule: Schedule.rate(Duration.minutes(15)),
      // The next run does what this one could not.
      targets: [new LambdaFunction(folder.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(15) })],
    });
  }
}
