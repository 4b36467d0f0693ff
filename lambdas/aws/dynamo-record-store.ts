import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { type RequestRecord, requestRecord } from '../domain/limits/request-record.ts';
import type { RecordStore, ScopeStore } from '../domain/limits/scope-store.ts';
import { findOpen } from '../domain/limits/settle-scope.ts';
import { isUnlogged } from '../domain/limits/unlogged-id.ts';
import { expiryOf, hourOf, isLate } from '../domain/usage/hours.ts';
import { decodeItem, encodeItem } from './attribute-values.ts';
import { AwsError } from './aws-error.ts';
import type { HourMarks } from './dynamo-hour-marks.ts';
import { requestKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });

export interface DynamoRecordStoreOptions {
  readonly client: JsonClient;
  /** The `usage` table. */
  readonly table: string;
  readonly marks: HourMarks;
  readonly scopes: Pick<ScopeStore, 'read'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

function parseRecord(item: unknown): RequestRecord {
  return z.parse(requestRecord, decodeItem(item));
}

/** One item for each request, among those of its account and hour. Whatever is put, its hour has been marked before. */
export function createDynamoRecordStore(options: DynamoRecordStoreOptions): RecordStore {
  const { client, table, marks, scopes, now } = options;

  /**
   * A record under zero logging is taken away some time after its hour, once no scope has the request any more. So one that
   * comes late, for a request that no scope has, is of one that has ended long ago.
   */
  async function hasGone(record: RequestRecord): Promise<boolean> {
    if (!isUnlogged(record.requestId) || !isLate(hourOf(record.startedAtMs), now())) return false;
    return (await findOpen(scopes, [record])).length === 0;
  }

  async function put(record: RequestRecord): Promise<RequestRecord> {
    const { requestRecordDays } = await marks.ensure(record);
    // Looked at under the mark: from here on, nothing is taken away until long after the record is put.
    if (await hasGone(record)) return record;
    const expiresAtSeconds = expiryOf(hourOf(record.startedAtMs), requestRecordDays);
    const Item = { ...requestKey(record), ...encodeItem({ ...record, expiresAtSeconds }) };
    try {
      await client.call('PutItem', {
        TableName: table,
        Item,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return record;
    } catch (error) {
      if (!(error instanceof AwsError && error.name === 'ConditionalCheckFailedException')) throw error;
      return parseRecord(error.item);
    }
  }

  return {
    async commit(record) {
      try {
        return await put(record);
      } catch (cause) {
        throw cause instanceof GatewayFault ? cause : new GatewayFault('service_unavailable', { cause });
      }
    },

    async find(address) {
      try {
        const Key = requestKey(address);
        const output = await client.call('GetItem', { TableName: table, Key, ConsistentRead: true });
        const { Item } = z.parse(getItemOutput, output);
        return Item === undefined ? undefined : parseRecord(Item);
      } catch (cause) {
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
  };
}
