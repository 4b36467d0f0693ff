import { accept, type Outcome, refuse } from '../errors.ts';
import type { KeyRecord } from './key-record.ts';

/**
 * Whether the caller may act with this key now. `digestMatches`: the presented secret's SHA-256 equals the record's,
 * compared in constant time. An unknown id and a wrong secret are told apart by nothing, and only who holds the secret
 * learns that the key is disabled or expired.
 */
export function verifyKey(
  record: KeyRecord | undefined,
  digestMatches: boolean,
  nowSeconds: number,
): Outcome<KeyRecord> {
  if (record === undefined || !digestMatches) {
    return refuse('invalid_api_key', 'Incorrect API key provided. Check that it was copied whole and not deleted.');
  }
  if (record.status === 'revoked') {
    return refuse('key_disabled', 'This API key has been revoked, for good. Use another key.');
  }
  if (record.status === 'disabled') {
    return refuse('key_disabled', 'This API key has been disabled. Ask the owner of the account, or use another key.');
  }
  if (record.expiresAt !== undefined && record.expiresAt <= nowSeconds) {
    return refuse('key_expired', 'This API key has expired. Create a new one, or ask the owner of the account.');
  }
  return accept(record);
}
