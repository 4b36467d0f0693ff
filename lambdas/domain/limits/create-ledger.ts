// The protocol of a request's reservation and settlement over all of its scopes. What it may suppose of the stores is in
// scope-store.ts; a process may end, and a call may fail or arrive late, between any two of these steps.
import { GatewayFault } from '../errors.ts';
import { answerUnmet, refuseUnaskedFor } from './answer-unmet.ts';
import type { Demand, Ledger, ScopeView } from './ledger.ts';
import { createRecent } from './recent.ts';
import { notForwarded, recordOf } from './request-record.ts';
import { reserveScope, type ScopeOutcome } from './reserve-scope.ts';
import { accountIdOf, keyIdOf } from './scope-names.ts';
import type { ScopeState } from './scope-state.ts';
import { type Held, type LedgerMemory, type LedgerPorts, remember, settleRequest } from './settle-request.ts';
import { endingOf } from './settle-scope.ts';
import { viewScope } from './view-scope.ts';

const MAX_SEEN = 2_000;
/** What was never settled here, as the store failed, is the sweeper's; it need not be remembered for ever. */
const MAX_HELD = 10_000;

function checkAmounts(...amounts: readonly number[]): void {
  if (!amounts.every((amount) => Number.isSafeInteger(amount) && amount >= 0)) {
    throw new GatewayFault('internal_error', { cause: new RangeError('an amount that is no integer from 0 to 2^53') });
  }
}

function settlementOfUnused(demand: Demand) {
  const scopes = demand.scopes.map(({ scope }) => scope);
  return notForwarded({
    requestId: demand.requestId,
    accountId: accountIdOf(scopes),
    keyId: keyIdOf(scopes),
    scopes,
    reservedNano: demand.amountNano,
    reservedTokens: demand.tokens,
    startedAtMs: demand.startedAtMs,
  });
}

function statesReserved(outcomes: readonly ScopeOutcome[]): ReadonlyMap<string, ScopeState> {
  return new Map(
    outcomes.flatMap((outcome) => (outcome.kind === 'reserved' ? [[outcome.policy.scope, outcome.state]] : [])),
  );
}

/** The record first, so that it settles a reserving write which is still under way. Failures are left to the sweeper. */
async function giveBack(
  ports: LedgerPorts,
  memory: LedgerMemory,
  demand: Demand,
  outcomes: readonly ScopeOutcome[],
): Promise<void> {
  const uncertain = outcomes.filter(({ kind, retried }) => kind === 'reserved' || retried);
  if (uncertain.length === 0) return;
  const unused = settlementOfUnused(demand);
  const record = await ports.records.commit(recordOf(unused)).catch(() => recordOf(unused));
  const names = uncertain.map(({ policy }) => policy.scope);
  const ended = { requestId: demand.requestId, ending: endingOf(record, unused) };
  await settleRequest(ports, memory, ended, names).catch(() => {});
}

/** Exact limits over any stores that keep to their port. */
export function createLedger(ports: LedgerPorts): Ledger {
  const memory: LedgerMemory = { seen: createRecent(MAX_SEEN), held: createRecent<Held>(MAX_HELD) };

  function viewsOf(outcomes: readonly ScopeOutcome[], nowMs: number): readonly ScopeView[] {
    return outcomes.flatMap((outcome) => {
      if (!('state' in outcome)) return [];
      const { policy, state } = outcome;
      return [viewScope(memory.seen.get(policy.scope) ?? state, policy, nowMs)];
    });
  }

  return {
    async reserve(demand) {
      checkAmounts(demand.amountNano, demand.tokens);
      const refused = refuseUnaskedFor(demand);
      if (refused !== undefined) return refused;
      // A clock that was set back since the request began must not put it into an earlier minute.
      const nowMs = () => Math.max(ports.now(), demand.startedAtMs);
      const outcomes = await Promise.all(
        demand.scopes.map((policy) =>
          reserveScope(ports.scopes, { policy, demand, seen: memory.seen.get(policy.scope), nowMs }),
        ),
      );
      for (const outcome of outcomes) {
        if ('state' in outcome) remember(memory, outcome.policy.scope, outcome.state);
      }
      const states = statesReserved(outcomes);
      memory.held.keep(demand.requestId, { states, retried: outcomes.some(({ retried }) => retried) });
      if (states.size === outcomes.length) return { kind: 'reserved', views: viewsOf(outcomes, nowMs()) };
      await giveBack(ports, memory, demand, outcomes);
      memory.held.drop(demand.requestId);
      return answerUnmet(outcomes, viewsOf(outcomes, nowMs()));
    },

    async settle(settlement) {
      const { requestId, amountNano, reservedNano, inputTokens, outputTokens } = settlement;
      checkAmounts(amountNano, reservedNano, inputTokens, outputTokens);
      const record = await ports.records.commit(recordOf(settlement));
      const ended = { requestId, ending: endingOf(record, settlement) };
      await settleRequest(ports, memory, ended, settlement.scopes);
    },
  };
}
