import { accept, type Outcome, refuse } from '../errors.ts';
import type { KeyRecord } from './key-record.ts';

/** Which of the record's digests the presented secret has, compared in constant time. */
export interface SecretMatch {
  readonly isCurrent: boolean;
  readonly isFormer: boolean;
}

/** Whether a key that was presented whole may be used now. */
function verifyKeyState(record: KeyRecord, nowSeconds: number): Outcome<KeyRecord> {
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

/**
 * Whether the caller may act with this key now. An unknown id and a wrong secret are told apart by nothing, and only who
 * holds the secret learns that the key is disabled, expired or rotated. A secret that was replaced ends by its own deadline,
 * whatever the age of the record that it is read from.
 */
export function verifyKey(
  record: KeyRecord | undefined,
  { isCurrent, isFormer }: SecretMatch,
  nowSeconds: number,
): Outcome<KeyRecord> {
  if (record === undefined || !(isCurrent || isFormer)) {
    return refuse('invalid_api_key', 'Incorrect API key provided. Check that it was copied whole and not deleted.');
  }
  const state = verifyKeyState(record, nowSeconds);
  if (!state.ok || isCurrent) return state;
  if ((record.formerSecret?.endsAt ?? 0) > nowSeconds) return state;
  return refuse(
    'key_expired',
    'This API key has been rotated, and its former secret is no longer taken. Use the new one.',
  );
}
