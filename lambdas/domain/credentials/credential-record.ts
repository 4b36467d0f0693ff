import * as z from 'zod/mini';

/** The tenant that owns the credentials which the whole deployment shares. */
export const OPERATOR_TENANT = 'operator';

/** One secret under its own data key, itself under a KMS key. Every member but the first three is base64. */
export const envelope = z.object({
  version: z.literal(1),
  /** The KMS key that it was sealed under: its id without region, as a multi-region key's replica opens it too. */
  keyId: z.string(),
  /** The KMS key that the data key lies under by now. Absent: the same. */
  wrappedUnder: z.optional(z.string()),
  /** The data key, encrypted by KMS under the context. */
  dataKey: z.string(),
  messageId: z.string(),
  iv: z.string(),
  /** Commits to the data key, so that no other one can open the ciphertext to something else. */
  commitment: z.string(),
  /** AES-256-GCM, tag last. */
  ciphertext: z.string(),
});
export type Envelope = z.infer<typeof envelope>;

/** What an envelope is bound to, by KMS and by its own tag: it opens nowhere else. */
export interface EnvelopeContext {
  readonly purpose: 'provider-credential' | 'virtual-key';
  readonly tenant: string;
  readonly record: string;
}

export function credentialContext(tenant: string, provider: string): EnvelopeContext {
  return { purpose: 'provider-credential', tenant, record: provider };
}

/** A provider's credential as it is kept. Times are Unix seconds. */
export const credentialRecord = z.object({
  schemaVersion: z.literal(1),
  tenant: z.string(),
  provider: z.string(),
  last4: z.string(),
  createdAt: z.int(),
  envelope,
});
export type CredentialRecord = z.infer<typeof credentialRecord>;
