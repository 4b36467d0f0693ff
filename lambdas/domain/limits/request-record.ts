import * as z from 'zod/mini';
import { hourOf } from '../usage/hours.ts';
import type { Settlement } from './ledger.ts';
import { isUnlogged } from './unlogged-id.ts';

const who = {
  schemaVersion: z.literal(1),
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  scopes: z.readonly(z.array(z.string())),
  amountNano: z.int(),
  startedAtMs: z.int(),
};

const count = z.optional(z.int());

export const recordStatuses = ['completed', 'failed', 'not_forwarded', 'expired'] as const;

const loggedRecord = z.object({
  ...who,
  provider: z.string(),
  model: z.string(),
  reservedNano: z.int(),
  reservedTokens: z.int(),
  estimated: z.boolean(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  cacheWriteTokens: count,
  audioInputTokens: count,
  outputTokens: z.int(),
  audioOutputTokens: count,
  status: z.enum(recordStatuses),
});
export type LoggedRecord = Readonly<z.infer<typeof loggedRecord>>;

/** Under zero logging: who pays how much, and nothing else. `startedAtMs` is that of the hour. */
const unloggedRecord = z.object(who);
export type UnloggedRecord = Readonly<z.infer<typeof unloggedRecord>>;

/**
 * The record of a request that has ended: counts and names of ours alone. Its being there is what ends the request; what
 * it says of the amount holds for every scope, whoever put it.
 */
export const requestRecord = z.union([loggedRecord, unloggedRecord]);
export type RequestRecord = LoggedRecord | UnloggedRecord;

export function isLogged(record: RequestRecord): record is LoggedRecord {
  return 'status' in record;
}

/** Never more than was reserved: a cap was admitted on that. */
export function recordOf(settlement: Settlement): RequestRecord {
  const amountNano = Math.min(settlement.amountNano, settlement.reservedNano);
  const { requestId, accountId, keyId, scopes, startedAtMs } = settlement;
  if (!isUnlogged(requestId)) return { schemaVersion: 1, ...settlement, amountNano };
  return { schemaVersion: 1, requestId, accountId, keyId, scopes, amountNano, startedAtMs: hourOf(startedAtMs) };
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
