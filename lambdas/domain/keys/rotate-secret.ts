import type { KeyRecord } from './key-record.ts';

/**
 * The key under a new secret, at the next version. The secret that it replaces ends at `endsAt`, Unix seconds; that before it is
 * forgotten, so of any number of rotations the last two secrets count, and the older of them until its own deadline.
 */
export function rotateSecret(
  before: KeyRecord,
  secret: Pick<KeyRecord, 'secretSha256' | 'last4'>,
  endsAt: number,
): KeyRecord & { readonly formerSecret: { readonly endsAt: number } } {
  return {
    ...before,
    ...secret,
    formerSecret: { sha256: before.secretSha256, endsAt },
    policyVersion: before.policyVersion + 1,
  };
}
