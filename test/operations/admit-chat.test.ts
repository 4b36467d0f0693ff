import { describe, expect, it } from 'vitest';
import { readChatRequest } from '../../lambdas/domain/inference/outline-chat.ts';
import type { Demand, Ledger, ReserveOutcome, ScopeView } from '../../lambdas/domain/limits/ledger.ts';
import { noPrices } from '../../lambdas/domain/pricing/price-list.ts';
import { admitChat } from '../../lambdas/operations/admit-chat.ts';
import { accountRecord, keyRecord } from '../support/memory-ports.ts';

const request = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };

const view = (budgetRemainingNano: number): ScopeView => ({
  scope: `key:${keyRecord.id}`,
  spentNano: 0,
  reservedNano: 0,
  budgetRemainingNano,
  budgetResetsAt: undefined,
  requestsRemaining: undefined,
  tokensRemaining: undefined,
  requestsResetMs: 0,
  tokensResetMs: 0,
});

const tooDear = (leftNano: number): ReserveOutcome => ({
  kind: 'refused',
  reason: 'insufficient_quota',
  scope: `key:${keyRecord.id}`,
  retryAfterMs: undefined,
  views: [view(leftNano)],
});

/** What is demanded, one attempt after the other, of a ledger that answers so. The client sets no output limit. */
async function attempts(...outcomes: readonly ReserveOutcome[]): Promise<readonly Demand[]> {
  const demands: Demand[] = [];
  const ledger: Ledger = {
    async reserve(demand) {
      demands.push(demand);
      return outcomes[demands.length - 1] ?? { kind: 'reserved', views: [] };
    },
    settle: async () => undefined,
  };
  const parsed = readChatRequest(request);
  if (!parsed.ok) throw new Error('no request');
  const key = { ...keyRecord, limits: { maxBudgetNano: 1_000_000_000 } };
  const caller = { key, account: accountRecord };
  const admitted = await admitChat(
    {
      requestId: 'r',
      outline: parsed.value,
      bodyBytes: 100,
      provider: 'openai',
      model: 'gpt-4o-mini',
      prices: { list: noPrices },
      caller,
      identifyAnew: async () => ({ ok: true, value: caller }),
      startedAtMs: Date.UTC(2026, 10, 25),
      deadlineMs: Date.UTC(2026, 10, 25) + 60_000,
    },
    ledger,
  );
  expect(admitted.ok).toBe(true);
  return demands;
}

describe('a request whose output the gateway may limit', () => {
  it('is made to fit what is left', async () => {
    const [whole, fitted] = await attempts(tooDear(1_000_000));
    expect(whole?.amountNano).toBeGreaterThan(1_000_000);
    expect(fitted?.amountNano).toBeLessThanOrEqual(1_000_000);
  });

  it('is bounded anew where the policy has changed meanwhile: what was left then is not what is left now', async () => {
    const [whole, fitted, anew] = await attempts(tooDear(1_000_000), { kind: 'policy-changed' });
    expect(fitted?.amountNano).toBeLessThanOrEqual(1_000_000);
    expect(anew?.amountNano).toBe(whole?.amountNano);
  });

  it('is made to fit once more what the new policy leaves', async () => {
    const demands = await attempts(tooDear(1_000_000), { kind: 'policy-changed' }, tooDear(2_000_000));
    expect(demands).toHaveLength(4);
    expect(demands.at(-1)?.amountNano).toBeGreaterThan(1_000_000);
    expect(demands.at(-1)?.amountNano).toBeLessThanOrEqual(2_000_000);
    expect(new Set(demands.map(({ requestId }) => requestId)).size).toBe(4);
  });
});
