import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import type { KeyStore } from '../../lambdas/domain/keys/key-store.ts';

export interface KeyStoreUnderTest {
  readonly store: KeyStore;
  readonly put: (record: KeyRecord) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What every KeyStore must keep to, whatever is behind it. */
export function describeKeyStore(name: string, start: () => Promise<KeyStoreUnderTest>): void {
  const record: KeyRecord = {
    schemaVersion: 1,
    id: 'abcDEF012345',
    accountId: 'acct_1',
    name: 'naïve ☃ "master"',
    type: 'master',
    status: 'active',
    secretSha256: 'ab'.repeat(32),
    last4: 'wxyz',
    createdAt: 1_800_000_000,
    policyVersion: 1,
  };

  describe(`KeyStore: ${name}`, () => {
    let subject: KeyStoreUnderTest;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    test('an unknown id is told as such', async () => {
      expect(await subject.store.findKey('000000000000')).toBeUndefined();
    });

    test('a key comes back as it was put, and nothing more', async () => {
      await subject.put(record);
      expect(await subject.store.findKey(record.id)).toEqual(record);
      const expiring: KeyRecord = { ...record, id: 'expiring0000', type: 'user', expiresAt: 1_900_000_000 };
      await subject.put(expiring);
      expect(await subject.store.findKey(expiring.id)).toEqual(expiring);
    });

    test('a change that has returned is seen by the next look', async () => {
      for (let count = 0; count < 20; count += 1) {
        const status = count % 2 === 0 ? 'disabled' : 'active';
        await subject.put({ ...record, status });
        expect(await subject.store.findKey(record.id)).toEqual({ ...record, status });
      }
    });

    test('ids differ by case', async () => {
      await subject.put(record);
      expect(await subject.store.findKey(record.id.toLowerCase())).toBeUndefined();
    });
  });
}
