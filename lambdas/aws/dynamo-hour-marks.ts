import * as z from 'zod/mini';
import { defaultRetention, type Retention } from '../domain/accounts/retention.ts';
import { crc32 } from '../domain/crc32.ts';
import { GatewayFault } from '../domain/errors.ts';
import { createRecent } from '../domain/limits/recent.ts';
import { isUnlogged } from '../domain/limits/unlogged-id.ts';
import { type HourRecord, hourRecord } from '../domain/usage/hour-record.ts';
import { expiryOf, foldAfter, hourOf, markHoldsUntil } from '../domain/usage/hours.ts';
import { type AttributeValue, decodeItem } from './attribute-values.ts';
import { hourKey, type RequestAddress } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const updateItemOutput = z.object({ Attributes: z.unknown() });
const encoder = new TextEncoder();

/** On the `usage` table: keys only, by `foldShard` and `foldAfter`. */
export const FOLD_INDEX = 'folds';
/** Over how many partitions the index of hours to be folded is spread. */
export const FOLD_SHARDS = 8;
const MAX_KEPT = 10_000;

export function foldShard(index: number): string {
  return `FOLDS#${index}`;
}

export interface DynamoHourMarksOptions {
  readonly client: JsonClient;
  /** The `usage` table. */
  readonly table: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Marks an account's hour as one that has to be folded. A record is put only once its hour is marked, so that no hour is
 * ever lost; and once is enough for a process and an hour.
 */
export interface HourMarks {
  /** Sets about marking the hour of a request that has just begun, if need be. What fails is made up for by `ensure`. */
  begin(request: RequestAddress, retention?: Retention): void;
  /** Resolves once the hour is marked for a record that is put now. Throws GatewayFault `service_unavailable`. */
  ensure(request: RequestAddress): Promise<HourRecord>;
}

const number = (value: number): AttributeValue => ({ N: String(value) });

/** Makes the hour where it is missing. Without `retention`, as the sweeper knows no account's, what is there is left alone. */
function renderMark(
  { accountId, startedAtMs, requestId }: RequestAddress,
  retention: Retention | undefined,
  nowMs: number,
) {
  const hourMs = hourOf(startedAtMs);
  const { requestRecordDays, usageDays } = retention ?? defaultRetention;
  const kept = {
    requestRecordDays: number(requestRecordDays),
    usageDays: number(usageDays),
    expiresAtSeconds: number(expiryOf(hourMs, Math.max(requestRecordDays, usageDays))),
  };
  const assignments = [
    'schemaVersion = :one',
    'folds = if_not_exists(folds, :zero)',
    'foldShard = :shard',
    'foldAfter = :after',
    ...Object.keys(kept).map((name) => `${name} = ${retention ? `:${name}` : `if_not_exists(${name}, :${name})`}`),
    ...(isUnlogged(requestId) ? ['hasUnlogged = :true'] : []),
  ];
  return {
    Key: hourKey({ accountId, hourMs }),
    UpdateExpression: `SET ${assignments.join(', ')} REMOVE progress ADD marks :one`,
    ExpressionAttributeValues: {
      ':one': number(1),
      ':zero': number(0),
      ':shard': { S: foldShard(crc32(encoder.encode(accountId)) % FOLD_SHARDS) },
      ':after': number(foldAfter(hourMs, nowMs)),
      ...Object.fromEntries(Object.entries(kept).map(([name, value]) => [`:${name}`, value])),
      ...(isUnlogged(requestId) && { ':true': { BOOL: true } }),
    },
  };
}

/** The hour, and whether a mark tells of zero logging. */
function nameOf({ accountId, startedAtMs, requestId }: RequestAddress): string {
  return `${accountId} ${hourOf(startedAtMs)} ${isUnlogged(requestId)}`;
}

interface Mark {
  readonly hour: Promise<HourRecord>;
  /** Unix milliseconds: from then on the hour may be folded soon, mark and all. */
  readonly holdsUntilMs: number;
}

export function createDynamoHourMarks({ client, table, now }: DynamoHourMarksOptions): HourMarks {
  const marks = createRecent<Mark>(MAX_KEPT);

  async function write(request: RequestAddress, retention: Retention | undefined): Promise<HourRecord> {
    const input = { TableName: table, ...renderMark(request, retention, now()), ReturnValues: 'ALL_NEW' };
    const { Attributes } = z.parse(updateItemOutput, await client.call('UpdateItem', input));
    return z.parse(hourRecord, decodeItem(Attributes));
  }

  /** The mark that holds now, be it only on its way. */
  function find(request: RequestAddress): Promise<HourRecord> | undefined {
    const made = marks.get(nameOf(request));
    return made !== undefined && now() < made.holdsUntilMs ? made.hour : undefined;
  }

  function make(request: RequestAddress, retention?: Retention): Promise<HourRecord> {
    const name = nameOf(request);
    const holdsUntilMs = markHoldsUntil(hourOf(request.startedAtMs), now());
    const hour = write(request, retention);
    marks.keep(name, { hour, holdsUntilMs });
    hour.catch(() => marks.drop(name));
    return hour;
  }

  return {
    begin(request, retention) {
      if (find(request) === undefined) void make(request, retention);
    },

    async ensure(request) {
      try {
        const found = await find(request)?.catch(() => undefined);
        return found ?? (await make(request));
      } catch (cause) {
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
  };
}
