import { type Outcome, refuse } from '../domain/errors.ts';
import { parseKey } from '../domain/keys/key-format.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import { verifyKey } from '../domain/keys/verify-key.ts';

export interface AuthenticatePorts {
  readonly keys: KeyStore;
  /** True where the SHA-256 of `secret` is `sha256`, compared in constant time. */
  readonly digestMatches: (secret: string, sha256: string) => boolean;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
}

/** Stands for the digest of a key that does not exist, so that the comparison is made all the same. */
const noDigest = '0'.repeat(64);

/** Who is calling. Format and checksum first, so that noise costs no look-up. Throws where the store cannot answer. */
export async function authenticate(
  presented: string | undefined,
  ports: AuthenticatePorts,
): Promise<Outcome<KeyRecord>> {
  if (presented === undefined) {
    return refuse('missing_api_key', 'You did not provide an API key. Send it as `Authorization: Bearer ask_…`.');
  }
  const parts = parseKey(presented);
  if (parts === 'malformed') {
    return refuse(
      'invalid_api_key',
      'Incorrect API key provided. A key of this gateway starts with `ask_` and is 55 characters long; check that it was copied whole.',
    );
  }
  const record = await ports.keys.findKey(parts.publicId);
  // Both always, so that time does not tell which of them it was, nor that there are two.
  const isCurrent = ports.digestMatches(parts.secret, record?.secretSha256 ?? noDigest);
  const isFormer = ports.digestMatches(parts.secret, record?.formerSecret?.sha256 ?? noDigest);
  return verifyKey(record, { isCurrent, isFormer }, ports.nowSeconds());
}
