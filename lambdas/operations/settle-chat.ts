import type { Settlement } from '../domain/limits/ledger.ts';
import { chargeFor } from '../domain/pricing/charge-for.ts';
import type { Usage } from '../domain/upstream/chat-provider.ts';
import type { Admission } from './admit-chat.ts';

/** How a request ended, as far as its cost goes. */
export type Ending =
  /** Not a byte of it was sent. */
  | { readonly kind: 'not_forwarded' }
  /** The provider said no; no provider charges for that. */
  | { readonly kind: 'refused' }
  /** `usage` is undefined where the provider did not tell it: then the whole reservation stands. */
  | { readonly kind: 'answered'; readonly usage: Usage | undefined; readonly isWhole: boolean };

interface Charge {
  readonly amountNano: number;
  readonly estimated: boolean;
  /** The provider reports more than the upper bound: the bound is charged, and someone should look. */
  readonly isAboveBound: boolean;
}

/** What a request is charged. Unknown usage is never free: the reservation was what it could cost. */
export function chargeOf({ demand, facts }: Admission, ending: Ending): Charge {
  const { amountNano: reservedNano } = demand;
  if (ending.kind !== 'answered') return { amountNano: 0, estimated: false, isAboveBound: false };
  if (ending.usage === undefined) return { amountNano: reservedNano, estimated: true, isAboveBound: false };
  const usedNano = facts.price === undefined ? 0 : chargeFor(facts.price, ending.usage);
  return { amountNano: Math.min(usedNano, reservedNano), estimated: false, isAboveBound: usedNano > reservedNano };
}

function statusOf(ending: Ending): Settlement['status'] {
  if (ending.kind === 'not_forwarded') return 'not_forwarded';
  return ending.kind === 'answered' && ending.isWhole ? 'completed' : 'failed';
}

interface SettledCall {
  readonly provider: string;
  /** A name of ours, never the caller's text. */
  readonly model: string;
  readonly ending: Ending;
  readonly charge: Charge;
}

/** What is recorded of a request that has ended; less under zero logging, which its id tells of. */
export function toSettlement({ caller, demand }: Admission, settled: SettledCall): Settlement {
  const { provider, model, ending, charge } = settled;
  const usage = ending.kind === 'answered' ? ending.usage : undefined;
  return {
    requestId: demand.requestId,
    accountId: caller.account.id,
    keyId: caller.key.id,
    scopes: demand.scopes.map(({ scope }) => scope),
    provider,
    model,
    amountNano: charge.amountNano,
    reservedNano: demand.amountNano,
    reservedTokens: demand.tokens,
    estimated: charge.estimated,
    inputTokens: usage?.inputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    // Seldom there: an item of the table is the smaller for it.
    cacheWriteTokens: usage?.cacheWriteTokens || undefined,
    audioInputTokens: usage?.audioInputTokens || undefined,
    outputTokens: usage?.outputTokens ?? 0,
    audioOutputTokens: usage?.audioOutputTokens || undefined,
    status: statusOf(ending),
    startedAtMs: demand.startedAtMs,
  };
}
