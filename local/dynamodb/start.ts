import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import { type Authorize, type AwsJsonService, type JsonObject, serveAwsJson } from '../aws-json/server.ts';
import { Engine, region } from './engine.ts';
import { ensureTable } from './ensure-table.ts';
import { type Faults, withFault } from './faults.ts';
import { type Operations, operationsOf } from './operations.ts';
import { RequestTokens } from './request-tokens.ts';
import { StreamJournal, type Streams } from './stream-journal.ts';
import type { TableDefinition } from './table-definition.ts';
import { TimeToLive } from './time-to-live.ts';
import { Transactions } from './transactions.ts';
import { WritePath } from './write-path.ts';

export interface LocalDynamoDbOptions {
  /** Everything is kept in `dynamodb/` in here. */
  readonly dataDir: string;
  readonly tables: readonly TableDefinition[];
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Says why a caller may not do what it asks for. @default everybody may do everything */
  readonly authorize?: Authorize | undefined;
  /** Lets a test fail requests. @default none */
  readonly faults?: Faults | undefined;
  /** How often expired items, tokens and records are looked for. @default 15,000 */
  readonly sweepIntervalMs?: number | undefined;
  /** Told of faults of the emulation's own; nothing of a request is in them. @default nobody */
  readonly onFault?: ((operation: string, error: unknown) => void) | undefined;
}

export interface LocalDynamoDb {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly streams: Streams;
  stop(): Promise<void>;
}

/**
 * DynamoDB on this machine: dynalite's expressions and indexes over LevelDB, behind a front of ours that adds what it
 * lacks and speaks the service's protocol. docs/local-engines.md says what is the same and what is not.
 */
export async function startDynamoDb(options: LocalDynamoDbOptions): Promise<LocalDynamoDb> {
  const folder = join(options.dataDir, 'dynamodb');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const engine = await Engine.open(folder);
  try {
    return await serve(engine, options);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function serve(engine: Engine, options: LocalDynamoDbOptions): Promise<LocalDynamoDb> {
  const { tables, now = Date.now } = options;
  for (const table of tables) await ensureTable(engine, table);
  const views = new Map(tables.flatMap(({ name, stream }) => (stream === undefined ? [] : [[name, stream] as const])));
  const journal = await StreamJournal.open({ db: engine.db, region, now, views });
  const writes = new WritePath(engine, journal);
  const tokens = await RequestTokens.open(engine.db, now);
  const timeToLive = await TimeToLive.open(engine, writes, now);
  for (const table of tables) await timeToLive.set(table.name, table.timeToLiveAttribute);
  const transactions = new Transactions(engine, writes, tokens);
  const server = await serveAwsJson(serviceOf(operationsOf({ engine, writes, timeToLive, transactions }), options));
  const stopSweeping = sweepRepeatedly(options, [() => timeToLive.sweep(), () => tokens.sweep(), () => journal.trim()]);
  return {
    endpoint: server.endpoint,
    streams: journal,
    stop: async () => {
      await stopSweeping();
      await server.stop();
      await engine.close();
    },
  };
}

function serviceOf(operations: Operations, { authorize, faults, onFault }: LocalDynamoDbOptions): AwsJsonService {
  const errorNamespace = 'com.amazon.coral.service#';
  return {
    contentType: 'application/x-amz-json-1.0',
    targetPrefix: 'DynamoDB_20120810',
    errorNamespace,
    internalError: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
    onFault,
    async handle(name, input, accessKeyId) {
      const operation = operations.get(name);
      if (operation === undefined) throw new AwsError(`${errorNamespace}UnknownOperationException`, null);
      const objection = authorize?.(accessKeyId, name, input);
      if (objection !== undefined) throw new AwsError(`${errorNamespace}AccessDeniedException`, objection);
      return withFault(faults?.(name, tablesOf(input)), () => operation(input));
    },
  };
}

const namesTable = z.object({ TableName: z.string() });
const namesTables = z.object({
  RequestItems: z.record(z.string(), z.unknown()).catch({}),
  TransactItems: z.array(z.record(z.string(), z.unknown())).catch([]),
});

/** The tables that a request names. */
function tablesOf(input: JsonObject): string[] {
  const { RequestItems, TransactItems } = namesTables.parse(input);
  const statements = [input, ...TransactItems.flatMap((entry) => Object.values(entry))];
  const named = statements.flatMap((statement) => namesTable.safeParse(statement).data?.TableName ?? []);
  return [...new Set([...named, ...Object.keys(RequestItems)])];
}

/** Sweeps one after the other, for ever; the returned function ends it and waits for a sweep that is under way. */
function sweepRepeatedly(options: LocalDynamoDbOptions, sweeps: readonly (() => Promise<void>)[]): () => Promise<void> {
  const { sweepIntervalMs = 15_000, onFault } = options;
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      for (const sweep of sweeps) await sweep().catch((error: unknown) => onFault?.('sweep', error));
      await sleep(sweepIntervalMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
