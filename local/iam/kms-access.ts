import * as z from 'zod';
import type { JsonObject } from '../aws-json/server.ts';
import { keyIdOf } from '../kms/ciphertext.ts';
import type { KeyDefinition } from '../kms/key-definition.ts';
import type { AccessRequest } from './policy.ts';

const call = z.object({
  KeyId: z.string().optional(),
  CiphertextBlob: z.string().optional(),
  EncryptionContext: z.record(z.string(), z.string()).default({}),
});

/** What IAM is asked for a call of KMS. A key that is not known asks for nothing: KMS itself refuses it. */
export function kmsAccess(keys: readonly KeyDefinition[]) {
  const find = (reference: string | undefined) =>
    keys.find(({ id, arn, aliases }) => [id, arn, ...aliases].some((name) => name === reference));
  return (operation: string, input: JsonObject): readonly AccessRequest[] => {
    const given = call.safeParse(input);
    if (!given.success) return [];
    const { KeyId, CiphertextBlob, EncryptionContext } = given.data;
    const key = find(KeyId ?? (CiphertextBlob && keyIdOf(Buffer.from(CiphertextBlob, 'base64'))));
    if (key === undefined) return [];
    const pairs = Object.entries(EncryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
    const names = Object.keys(EncryptionContext);
    const context = { ...Object.fromEntries(pairs), ...(names.length > 0 && { 'kms:EncryptionContextKeys': names }) };
    return [{ action: `kms:${operation}`, resource: key.arn, context }];
  };
}
