import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { type RequestRecord, requestRecord } from '../domain/limits/request-record.ts';
import type { RecordStore } from '../domain/limits/scope-store.ts';
import { decodeItem, encodeItem } from './attribute-values.ts';
import { AwsError } from './aws-error.ts';
import { requestKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });
const RETENTION_SECONDS = 30 * 86_400;

export interface DynamoRecordStoreOptions {
  readonly client: JsonClient;
  /** The `usage` table. */
  readonly table: string;
}

function parseRecord(item: unknown): RequestRecord {
  return z.parse(requestRecord, decodeItem(item));
}

/** One item for each request, among those of its account and hour: the fold of an hour reads one partition. */
export function createDynamoRecordStore({ client, table }: DynamoRecordStoreOptions): RecordStore {
  async function put(record: RequestRecord): Promise<RequestRecord> {
    const expiresAtSeconds = Math.floor(record.startedAtMs / 1000) + RETENTION_SECONDS;
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
        throw new GatewayFault('service_unavailable', { cause });
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
