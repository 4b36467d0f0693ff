import type { Faults } from './dynamodb/faults.ts';
import { startDynamoDb } from './dynamodb/start.ts';
import type { Streams } from './dynamodb/stream-journal.ts';
import { createAuthorizers } from './iam/authorizers.ts';
import { type Access, type AccessObservers, describeDenial } from './iam/gatekeeper.ts';
import { startKms } from './kms/start.ts';
import type { ServiceEndpoints } from './lambda/function-variables.ts';
import type { LogGroups } from './logs/log-group.ts';
import { startLogs } from './logs/start.ts';
import { startS3 } from './s3/start.ts';
import type { Shutdown } from './shutdown.ts';
import type { StackModel } from './template/stack-model.ts';

export interface ServiceParts {
  readonly model: Pick<StackModel, 'tables' | 'keys' | 'buckets' | 'logGroups' | 'permissions' | 'tableAccess'>;
  readonly logs: LogGroups;
}

export interface ServiceOptions extends AccessObservers {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  readonly faults?: Faults;
}

/** The services of AWS that the functions call, each on a port of its own. */
export async function startServices(
  { model, logs }: ServiceParts,
  { dataDir, log, faults, ...observers }: ServiceOptions,
  shutdown: Shutdown,
): Promise<{ readonly endpoints: ServiceEndpoints; readonly streams: Streams }> {
  const onFault = (operation: string) => log(`The local ${operation} failed.`);
  const onDenial = (denied: Access) => {
    log(`${describeDenial(denied)}.`);
    observers.onDenial?.(denied);
  };
  const authorize = createAuthorizers(model, { ...observers, onDenial });
  const tables = { tables: model.tables, faults, authorize: authorize.dynamodb };
  const dynamodb = await startDynamoDb({ dataDir, onFault, ...tables });
  shutdown.add(() => dynamodb.stop());
  const kms = await startKms({ dataDir, keys: model.keys, onFault, authorize: authorize.kms });
  shutdown.add(() => kms.stop());
  const s3 = await startS3({ dataDir, buckets: model.buckets, onFault });
  shutdown.add(() => s3.stop());
  const cloudWatchLogs = await startLogs({ logs, groups: model.logGroups, now: Date.now, onFault });
  shutdown.add(() => cloudWatchLogs.stop());
  const endpoints = {
    dynamodb: dynamodb.endpoint,
    kms: kms.endpoint,
    s3: s3.endpoint,
    logs: cloudWatchLogs.endpoint,
  };
  return { endpoints, streams: dynamodb.streams };
}
