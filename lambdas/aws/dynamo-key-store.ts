import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { keyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import { decodeItem } from './attribute-values.ts';
import { keyKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });

export interface DynamoKeyStoreOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
}

/** One strongly consistent GetItem per look-up. */
export function createDynamoKeyStore({ client, table }: DynamoKeyStoreOptions): KeyStore {
  return {
    async findKey(publicId) {
      try {
        const output = await client.call('GetItem', { TableName: table, Key: keyKey(publicId), ConsistentRead: true });
        const { Item } = z.parse(getItemOutput, output);
        return Item === undefined ? undefined : z.parse(keyRecord, decodeItem(Item));
      } catch (cause) {
        // A store that cannot answer, or an item that cannot be read, is never reported as a wrong key.
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
  };
}
