import * as z from 'zod';
import type { JsonObject } from '../aws-json/server.ts';
import { keyIdOf } from '../kms/ciphertext.ts';
import type { KeyDefinition } from '../kms/key-definition.ts';
import type { AccessRequest } from './policy.ts';

const context = z.record(z.string(), z.string()).default({});
const call = z.object({
  KeyId: z.string().optional(),
  CiphertextBlob: z.string().optional(),
  EncryptionContext: context,
});
const reEncryption = z.object({
  CiphertextBlob: z.string(),
  SourceKeyId: z.string().optional(),
  SourceEncryptionContext: context,
  DestinationKeyId: z.string(),
  DestinationEncryptionContext: context,
});

/** One use of one key. */
interface Use {
  readonly action: string;
  /** As the caller names it, or the ciphertext does. */
  readonly key: string | undefined;
  readonly context: Readonly<Record<string, string>>;
}

function keyOf(ciphertext: string | undefined): string | undefined {
  return ciphertext && keyIdOf(Buffer.from(ciphertext, 'base64'));
}

/** Out of one key and into another, which takes a permission for each. */
function usesOfReEncryption(input: JsonObject): readonly Use[] {
  const given = reEncryption.safeParse(input);
  if (!given.success) return [];
  const { CiphertextBlob, SourceKeyId, DestinationKeyId } = given.data;
  const key = SourceKeyId ?? keyOf(CiphertextBlob);
  return [
    { action: 'kms:ReEncryptFrom', key, context: given.data.SourceEncryptionContext },
    { action: 'kms:ReEncryptTo', key: DestinationKeyId, context: given.data.DestinationEncryptionContext },
  ];
}

function usesOf(operation: string, input: JsonObject): readonly Use[] {
  if (operation === 'ReEncrypt') return usesOfReEncryption(input);
  const given = call.safeParse(input);
  if (!given.success) return [];
  const { KeyId, CiphertextBlob, EncryptionContext } = given.data;
  return [{ action: `kms:${operation}`, key: KeyId ?? keyOf(CiphertextBlob), context: EncryptionContext }];
}

/** What IAM is asked for a call of KMS. A key that is not known asks for nothing: KMS itself refuses it. */
export function kmsAccess(keys: readonly KeyDefinition[]) {
  const find = (reference: string | undefined) =>
    keys.find(({ id, arn, aliases }) => [id, arn, ...aliases].some((name) => name === reference));
  const requestFor = ({ action, key: reference, context: given }: Use): AccessRequest[] => {
    const key = find(reference);
    if (key === undefined) return [];
    const pairs = Object.entries(given).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
    const names = Object.keys(given);
    const conditions = {
      ...Object.fromEntries(pairs),
      ...(names.length > 0 && { 'kms:EncryptionContextKeys': names }),
    };
    return [{ action, resource: key.arn, context: conditions }];
  };
  return (operation: string, input: JsonObject): readonly AccessRequest[] =>
    usesOf(operation, input).flatMap(requestFor);
}
