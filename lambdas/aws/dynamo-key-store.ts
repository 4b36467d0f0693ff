import { keyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import { keyKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { readRecord } from './read-record.ts';

export interface DynamoKeyStoreOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
}

/** One strongly consistent GetItem per look-up. A store that cannot answer is never reported as a wrong key. */
export function createDynamoKeyStore(options: DynamoKeyStoreOptions): KeyStore {
  return { findKey: (publicId) => readRecord(options, keyKey(publicId), keyRecord) };
}
