import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CredentialVault } from '../../lambdas/domain/credentials/credential-vault.ts';

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
      expect(await vault.reveal('mistral')).toBeUndefined();
      expect(await vault.has('mistral')).toBe(false);
    });

    test('reveals what was put, each provider its own', async () => {
      await subject.put('openai', 'sk-openai-secret');
      await subject.put('anthropic', 'sk-ant-secret');
      const vault = subject.openVault();
      expect(await vault.has('openai')).toBe(true);
      expect(await vault.reveal('openai')).toBe('sk-openai-secret');
      expect(await vault.reveal('anthropic')).toBe('sk-ant-secret');
      expect(await vault.reveal('openai')).toBe('sk-openai-secret');
    });

    test('a new secret replaces the old one', async () => {
      await subject.put('openai', 'sk-first-secret');
      await subject.put('openai', 'sk-second-secret');
      expect(await subject.openVault().reveal('openai')).toBe('sk-second-secret');
    });
  });
}
