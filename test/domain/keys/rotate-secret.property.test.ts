import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../../lambdas/domain/keys/key-record.ts';
import { rotateSecret } from '../../../lambdas/domain/keys/rotate-secret.ts';
import { verifyKey } from '../../../lambdas/domain/keys/verify-key.ts';
import { keyRecord } from '../../support/memory-ports.ts';

const START = 1_800_000_000;

/** Whether the secret of that number opens the record: the digests are the numbers. */
function opens(record: KeyRecord, number: number, now: number): boolean {
  const match = {
    isCurrent: record.secretSha256 === `${number}`,
    isFormer: record.formerSecret?.sha256 === `${number}`,
  };
  return verifyKey(record, match, now).ok;
}

describe('rotating a key any number of times', () => {
  test('leaves the newest secret, and the one before it until its own deadline; whatever was before that has ended', () => {
    const rotation = fc.record({ waits: fc.nat(100), grace: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(rotation, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 5 }), (rotations, looks) => {
        let now = START;
        let record: KeyRecord = { ...keyRecord, secretSha256: '0' };
        const deadlines = [Number.POSITIVE_INFINITY];
        for (const [index, { waits, grace }] of rotations.entries()) {
          now += waits;
          record = rotateSecret(record, { secretSha256: `${index + 1}`, last4: 'wxyz' }, now + grace);
          // The plain model: the replaced one gets its deadline, all earlier ones end at once.
          deadlines.fill(now).splice(index, 1, now + grace);
          deadlines.push(Number.POSITIVE_INFINITY);
        }
        for (const look of [0, ...looks]) {
          const at = now + look;
          const open = deadlines.map((_, number) => opens(record, number, at));
          expect(open).toEqual(deadlines.map((deadline) => deadline > at));
        }
        expect(record).toMatchObject({ id: keyRecord.id, policyVersion: keyRecord.policyVersion + rotations.length });
      }),
    );
  });
});
