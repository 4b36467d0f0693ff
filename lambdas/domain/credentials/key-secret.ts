import * as z from 'zod/mini';
import { type EnvelopeContext, envelope } from './credential-record.ts';

/** The secret of a virtual key, where its account has it kept. Times are Unix seconds. */
export const keySecretRecord = z.object({
  schemaVersion: z.literal(1),
  accountId: z.string(),
  keyId: z.string(),
  sealedAt: z.int(),
  envelope,
});
export type KeySecretRecord = z.infer<typeof keySecretRecord>;

export function keySecretContext(accountId: string, keyId: string): EnvelopeContext {
  return { purpose: 'virtual-key', tenant: accountId, record: keyId };
}

/** Where kept secrets are opened. Throws GatewayFault `service_unavailable`. */
export interface KeySecretVault {
  /** The whole key as it was shown, and when it was sealed; undefined where none is kept. Never log it. */
  reveal(accountId: string, keyId: string): Promise<{ readonly key: string; readonly sealedAt: number } | undefined>;
}
