import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CredentialVault } from '../../lambdas/domain/credentials/credential-vault.ts';

/** An account that has no credential of its own. */
export const withoutOwn = { id: 'acct_0000000000000000' };

export interface CredentialVaultUnderTest {
  /** A new one, that has seen nothing yet. */
  readonly openVault: () => CredentialVault;
  readonly put: (provider: string, secret: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What every CredentialVault must keep to, whatever is behind it. */
export function describeCredentialVault(name: string, start: () => Promise<CredentialVaultUnderTest>): void {
  describe(`CredentialVault: ${name}`, () => {
    let subject: CredentialVaultUnderTest;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    test('a provider without a credential has none', async () => {
      const vault = subject.openVault();
      expect(await vault.reveal('mistral', withoutOwn)).toBeUndefined();
      expect(await vault.has('mistral', withoutOwn)).toBe(false);
    });

    test('reveals what was put, each provider its own', async () => {
      await subject.put('openai', 'sk-openai-secret');
      await subject.put('anthropic', 'sk-ant-secret');
      const vault = subject.openVault();
      expect(await vault.has('openai', withoutOwn)).toBe(true);
      expect(await vault.reveal('openai', withoutOwn)).toBe('sk-openai-secret');
      expect(await vault.reveal('anthropic', withoutOwn)).toBe('sk-ant-secret');
      expect(await vault.reveal('openai', withoutOwn)).toBe('sk-openai-secret');
    });

    test('a new secret replaces the old one', async () => {
      await subject.put('openai', 'sk-first-secret');
      await subject.put('openai', 'sk-second-secret');
      expect(await subject.openVault().reveal('openai', withoutOwn)).toBe('sk-second-secret');
    });
  });
}
