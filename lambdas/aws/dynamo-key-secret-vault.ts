import * as z from 'zod/mini';
import { type KeySecretVault, keySecretContext, keySecretRecord } from '../domain/credentials/key-secret.ts';
import { GatewayFault } from '../domain/errors.ts';
import { keySecretKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { OpenEnvelope } from './kms-envelope-open.ts';
import { readLiveItem } from './live-item.ts';

export interface DynamoKeySecretVaultOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
  readonly openEnvelope: OpenEnvelope;
}

/** Nothing of it is cached. The context is made from what was asked for, so a record put in another's place stays shut. */
export function createDynamoKeySecretVault(options: DynamoKeySecretVaultOptions): KeySecretVault {
  return {
    async reveal(accountId, keyId) {
      try {
        const item = await readLiveItem(options, keySecretKey(accountId, keyId));
        if (item === undefined) return undefined;
        const { envelope, sealedAt } = z.parse(keySecretRecord, item);
        return { key: await options.openEnvelope(envelope, keySecretContext(accountId, keyId)), sealedAt };
      } catch (cause) {
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
  };
}
