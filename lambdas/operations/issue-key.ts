import { composeKey, lastFourOf, PUBLIC_ID_LENGTH, SECRET_LENGTH } from '../domain/keys/key-format.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeySettings } from './key-fields.ts';

export interface IssueKeyPorts {
  readonly nowSeconds: () => number;
  /** From a CSPRNG. */
  readonly randomBase62: (length: number) => string;
  readonly sha256Hex: (text: string) => string;
}

export interface IssuedKey {
  readonly record: KeyRecord;
  /** In plain, for the answer alone. */
  readonly key: string;
}

/** A new key, at the first version of its policy. */
export function issueKey(
  { accountId, type, settings }: { accountId: string; type: KeyRecord['type']; settings: KeySettings },
  ports: IssueKeyPorts,
): IssuedKey {
  const id = ports.randomBase62(PUBLIC_ID_LENGTH);
  const secret = ports.randomBase62(SECRET_LENGTH);
  const key = composeKey({ publicId: id, secret });
  const record: KeyRecord = {
    schemaVersion: 1,
    id,
    accountId,
    type,
    status: 'active',
    secretSha256: ports.sha256Hex(secret),
    last4: lastFourOf(key),
    createdAt: ports.nowSeconds(),
    policyVersion: 1,
    ...settings,
  };
  return { record, key };
}
