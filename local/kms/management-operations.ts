import * as z from 'zod';
import { knownKey } from './key-lookup.ts';
import type { KeyStore, LocalKey } from './key-store.ts';
import { defineOperation, type KmsOperation, keyReference } from './operation.ts';
import { signingAlgorithms } from './signing-operations.ts';

const oneKey = z.object({ KeyId: keyReference });

export function managementOperations(keys: KeyStore): KmsOperation[] {
  const setEnabled = async (reference: string, enabled: boolean) => {
    await keys.setEnabled(knownKey(keys, reference).id, enabled);
    return {};
  };
  return [
    defineOperation('DescribeKey', oneKey, ({ KeyId }) => ({ KeyMetadata: metadataOf(knownKey(keys, KeyId)) })),
    defineOperation('EnableKey', oneKey, ({ KeyId }) => setEnabled(KeyId, true)),
    defineOperation('DisableKey', oneKey, ({ KeyId }) => setEnabled(KeyId, false)),
  ];
}

function metadataOf(key: LocalKey) {
  return {
    AWSAccountId: key.arn.split(':')[4],
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt,
    Enabled: key.enabled,
    KeyState: key.enabled ? 'Enabled' : 'Disabled',
    KeyUsage: key.usage,
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyManager: 'CUSTOMER',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    ...(key.spec === 'SYMMETRIC_DEFAULT'
      ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }
      : { SigningAlgorithms: [signingAlgorithms[key.spec].name] }),
  };
}
