import * as z from 'zod/mini';
import type { Settlement } from './ledger.ts';

/**
 * The record of a request that has ended: counts and names of ours alone. Its being there is what ends the request; what
 * it says of the amount holds for every scope, whoever put it.
 */
export const requestRecord = z.object({
  schemaVersion: z.literal(1),
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  scopes: z.readonly(z.array(z.string())),
  provider: z.string(),
  model: z.string(),
  amountNano: z.int(),
  reservedNano: z.int(),
  reservedTokens: z.int(),
  estimated: z.boolean(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  status: z.enum(['completed', 'failed', 'not_forwarded', 'expired']),
  startedAtMs: z.int(),
});
export type RequestRecord = Readonly<z.infer<typeof requestRecord>>;

/** Never more than was reserved: a cap was admitted on that. */
export function recordOf(settlement: Settlement): RequestRecord {
  return { schemaVersion: 1, ...settlement, amountNano: Math.min(settlement.amountNano, settlement.reservedNano) };
}

/** Who was reserved for, as far as the ledger knows it by itself. */
export type UnusedRequest = Pick<
  Settlement,
  'requestId' | 'accountId' | 'keyId' | 'scopes' | 'reservedNano' | 'reservedTokens' | 'startedAtMs'
>;

/** For a request that never was forwarded: nothing to pay. */
export function notForwarded(request: UnusedRequest): Settlement {
  return { ...request, ...unknownUsage, amountNano: 0, estimated: false, status: 'not_forwarded' };
}

/** For a request that nobody ended while its lease ran: it may have used all that was reserved. */
export function expired(request: UnusedRequest): Settlement {
  return { ...request, ...unknownUsage, amountNano: request.reservedNano, estimated: true, status: 'expired' };
}

const unknownUsage = {
  provider: 'unknown',
  model: 'unknown',
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
} as const;
