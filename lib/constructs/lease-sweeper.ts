import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { GatewayFunction } from './gateway-function.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { OperationsKey } from './operations-key.ts';
import type { UsageTable } from './usage-table.ts';

export interface LeaseSweeperProps {
  readonly stage: StageConfig;
  readonly key: OperationsKey;
  readonly ledger: LedgerTable;
  readonly usage: UsageTable;
}

/** Ends, each minute, the reservations of requests that nobody ended: their function died, or could not reach the tables. */
export class LeaseSweeper extends Construct {
  readonly sweeper: GatewayFunction;

  constructor(scope: Construct, id: string, { stage, key, ledger, usage }: LeaseSweeperProps) {
    super(scope, id);
    this.sweeper = new GatewayFunction(scope, 'Sweeper', {
      handler: 'sweeper',
      description: 'Settles reservations whose lease has run out',
      timeout: Duration.minutes(5),
      stage,
      key,
    });
    ledger.grantSweep(this.sweeper);
    usage.grantSettle(this.sweeper);
    new Rule(this, 'EachMinute', {
      description: 'Portcullis: looks for reservations whose lease has run out',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what this one could not.
      targets: [new LambdaFunction(this.sweeper.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
