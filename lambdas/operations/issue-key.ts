import { composeKey, lastFourOf, PUBLIC_ID_LENGTH, SECRET_LENGTH } from '../domain/keys/key-format.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeySettings } from './key-fields.ts';

export interface IssueKeyPorts {
  readonly nowSeconds: () => number;
  /** From a CSPRNG. */
  readonly randomBase62: (length: number) => string;
  readonly sha256Hex: (text: string) => string;
}

/** What a record keeps of a secret. */
export interface DrawnSecret extends Pick<KeyRecord, 'secretSha256' | 'last4'> {
  /** In plain, for the answer alone. */
  readonly key: string;
}

/** A new secret for the key of this public id. */
export function drawSecret(publicId: string, { randomBase62, sha256Hex }: IssueKeyPorts): DrawnSecret {
  const secret = randomBase62(SECRET_LENGTH);
  const key = composeKey({ publicId, secret });
  return { key, secretSha256: sha256Hex(secret), last4: lastFourOf(key) };
}

export interface IssuedKey {
  readonly record: KeyRecord;
  /** In plain, for the answer alone. */
  readonly key: string;
}

export interface KeyToIssue extends Pick<KeyRecord, 'accountId' | 'type' | 'userId' | 'environment'> {
  readonly settings: KeySettings;
}

/** A new key, at the first version of its policy. */
export function issueKey({ settings, ...fixed }: KeyToIssue, ports: IssueKeyPorts): IssuedKey {
  const id = ports.randomBase62(PUBLIC_ID_LENGTH);
  const { key, ...secret } = drawSecret(id, ports);
  const record: KeyRecord = {
    schemaVersion: 1,
    id,
    status: 'active',
    ...secret,
    createdAt: ports.nowSeconds(),
    policyVersion: 1,
    ...fixed,
    ...settings,
  };
  return { record, key };
}
