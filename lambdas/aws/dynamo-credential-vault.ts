import * as z from 'zod/mini';
import { credentialContext, credentialRecord, OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem } from './attribute-values.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { credentialKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { OpenEnvelope } from './kms-envelope-open.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });

/**
 * A new credential is used within a minute, and a withdrawn one is gone within a minute. While the store or KMS is away
 * the last one serves on, for five minutes at most since it was read.
 */
const CACHE = { freshMs: 60_000, hardEndMs: 300_000, retryMs: 5_000, maxEntries: 64 } as const;

export interface DynamoCredentialVaultOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
  readonly openEnvelope: OpenEnvelope;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The operator's credentials. The context is made from what was asked for, so a record put in another's place stays shut. */
export function createDynamoCredentialVault(options: DynamoCredentialVaultOptions): CredentialVault {
  const { client, table, openEnvelope, now } = options;

  async function readItem(provider: string, more: object = {}): Promise<unknown> {
    const Key = credentialKey(OPERATOR_TENANT, provider);
    const output = await client.call('GetItem', { TableName: table, Key, ConsistentRead: true, ...more });
    return z.parse(getItemOutput, output).Item;
  }

  async function open(provider: string): Promise<string | undefined> {
    const item = await readItem(provider);
    if (item === undefined) return undefined;
    const { envelope } = z.parse(credentialRecord, decodeItem(item));
    return openEnvelope(envelope, credentialContext(OPERATOR_TENANT, provider));
  }

  async function find(provider: string): Promise<true | undefined> {
    return (await readItem(provider, { ProjectionExpression: 'pk' })) === undefined ? undefined : true;
  }

  const secrets = createExpiringCache({ load: orUnavailable(open), now, ...CACHE });
  const found = createExpiringCache({ load: orUnavailable(find), now, ...CACHE });
  return { reveal: secrets.get, has: async (provider) => (await found.get(provider)) ?? false };
}

function orUnavailable<Value>(load: (provider: string) => Promise<Value>): (provider: string) => Promise<Value> {
  return async (provider) => {
    try {
      return await load(provider);
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  };
}
