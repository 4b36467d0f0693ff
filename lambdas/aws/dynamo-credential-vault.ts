import * as z from 'zod/mini';
import { type CredentialName, operatorCredential, ownCredential } from '../domain/credentials/credential-for.ts';
import { credentialContext, credentialRecord } from '../domain/credentials/credential-record.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { GatewayFault } from '../domain/errors.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { credentialKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { OpenEnvelope } from './kms-envelope-open.ts';
import { readLiveItem } from './live-item.ts';

/**
 * A new credential of the operator's is used within a minute, and a withdrawn one is gone within a minute; an account's own
 * changes with its policy, at once. While the store or KMS is away the last one serves on, for five minutes at most since it
 * was read.
 */
const CACHE = { freshMs: 60_000, hardEndMs: 300_000, retryMs: 5_000, maxEntries: 256 } as const;

export interface DynamoCredentialVaultOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
  readonly openEnvelope: OpenEnvelope;
  /** Unix milliseconds. */
  readonly now: () => number;
}

function nameOf({ tenant, provider, version }: CredentialName): string {
  return `${tenant} ${provider} ${version}`;
}

/** The version only sets what is read apart: what is there is the newest. */
function tenantAndProvider(name: string): [string, string] {
  const [tenant = '', provider = ''] = name.split(' ');
  return [tenant, provider];
}

/** The context is made from what was asked for, so a record put in another's place stays shut. */
export function createDynamoCredentialVault(options: DynamoCredentialVaultOptions): CredentialVault {
  const { openEnvelope, now } = options;

  async function open(name: string): Promise<string | undefined> {
    const [tenant, provider] = tenantAndProvider(name);
    const item = await readLiveItem(options, credentialKey(tenant, provider));
    if (item === undefined) return undefined;
    return openEnvelope(z.parse(credentialRecord, item).envelope, credentialContext(tenant, provider));
  }

  async function find(name: string): Promise<true | undefined> {
    const [tenant, provider] = tenantAndProvider(name);
    const only = { ProjectionExpression: 'pk, expiresAtSeconds' };
    return (await readLiveItem(options, credentialKey(tenant, provider), only)) === undefined ? undefined : true;
  }

  const secrets = createExpiringCache({ load: orUnavailable(open), now, ...CACHE });
  const found = createExpiringCache({ load: orUnavailable(find), now, ...CACHE });
  return {
    async reveal(provider, account) {
      const own = ownCredential(account, provider);
      // Withdrawn since the account was read: from then on the operator's serves.
      const secret = own === undefined ? undefined : await secrets.get(nameOf(own));
      return secret ?? secrets.get(nameOf(operatorCredential(provider)));
    },
    async has(provider, account) {
      return (
        ownCredential(account, provider) !== undefined ||
        (await found.get(nameOf(operatorCredential(provider)))) === true
      );
    },
  };
}

function orUnavailable<Value>(load: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  return async (name) => {
    try {
      return await load(name);
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  };
}
