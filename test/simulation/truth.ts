// What must hold, whatever happens: checked at every change of a scope, and over everything once all is quiet. It keeps its
// own books from what passes by, and believes no counter.
import { MAX_OPEN } from '../../lambdas/domain/limits/judge-demand.ts';
import { unpackEntry } from '../../lambdas/domain/limits/open-entry.ts';
import { isLogged, type RequestRecord } from '../../lambdas/domain/limits/request-record.ts';
import type { ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import type { ScopeUpdate } from '../../lambdas/domain/limits/scope-update.ts';
import { isMark } from '../../lambdas/domain/limits/settled-mark.ts';

class Violation extends Error {
  override readonly name = 'Violation';
}

function must(holds: boolean, rule: string, facts: object): void {
  if (!holds) throw new Violation(`${rule}: ${JSON.stringify(facts)}`);
}

/** A request as the world knows it, which the ledger does not. */
export interface TrueRequest {
  readonly requestId: string;
  readonly keyId: string;
  readonly beganAtMs: number;
  readonly reservedNano: number;
  /** Whether the ledger said yes. */
  admitted: boolean;
  /** Whether the provider was called, and what its answer was worth; undefined while that is not known. */
  forwarded: boolean;
  trueNano: number | undefined;
  /** The process lived to see it settled, without a fault. */
  settled: boolean;
}

export class Truth {
  readonly requests = new Map<string, TrueRequest>();
  readonly revokedAtMs = new Map<string, number>();
  operations = 0;
  private readonly policies = new Map<string, ScopePolicy>();
  /** By scope and request: what its reservation turned into. */
  private readonly charges = new Map<string, number>();
  private readonly spent = new Map<string, number>();
  /** By packed entry, as the same ones are looked at with every change. */
  private readonly amounts = new Map<string, number>();

  notePolicy(policy: ScopePolicy): void {
    this.policies.set(`${policy.scope} ${policy.policyVersion}`, policy);
  }

  noteForwarded(request: TrueRequest): void {
    request.forwarded = true;
    const revokedAtMs = this.revokedAtMs.get(request.keyId) ?? Number.POSITIVE_INFINITY;
    must(request.beganAtMs < revokedAtMs, 'a request that began after its key was revoked was forwarded', request);
  }

  /** Called with every change that a store carries out. */
  noteChange(scope: string, update: ScopeUpdate, before: ScopeState, after: ScopeState): void {
    this.operations += 1;
    const facts = { scope, before, after };
    const reserved = Object.values(after.open).reduce((sum, packed) => sum + this.amountOf(packed), 0);
    must(after.reserved === reserved, 'what is reserved is the sum of what is open', facts);
    must(after.committed >= after.reserved, 'what is committed is what is spent and what is reserved', facts);
    const counts = [after.requests, after.tokens, after.lastRequests, after.lastTokens];
    must(
      counts.every((count) => count >= 0),
      'no count is below zero',
      facts,
    );
    must(after.windowMinute >= before.windowMinute, 'a minute never moves back', facts);
    must(after.budgetPeriod >= before.budgetPeriod, 'a period never moves back', facts);
    this.checkLimits(scope, before, after);
    this.noteCharge(scope, update, before, after);
  }

  private amountOf(packed: string): number {
    const known = this.amounts.get(packed) ?? unpackEntry(packed).amountNano;
    this.amounts.set(packed, known);
    return known;
  }

  private checkLimits(scope: string, before: ScopeState, after: ScopeState): void {
    const { limits } = this.policies.get(`${scope} ${after.policyVersion}`) ?? {};
    must(limits !== undefined, 'a scope has a version that somebody gave it', { scope, after });
    const within = (value: number, limit: number | undefined, earlier: number) =>
      value <= Math.max(limit ?? Number.POSITIVE_INFINITY, earlier);
    const facts = { scope, before, after, limits };
    must(within(after.committed, limits?.maxBudgetNano, before.committed), 'the cap is never exceeded', facts);
    must(within(after.requests, limits?.requestsPerMinute, before.requests), 'no minute has too many requests', facts);
    must(within(after.tokens, limits?.tokensPerMinute, before.tokens), 'no minute has too many tokens', facts);
    const most = Math.min(limits?.parallelRequests ?? MAX_OPEN, MAX_OPEN);
    const open = Object.keys(after.open).length;
    must(within(open, most, Object.keys(before.open).length), 'no more run at once than may', facts);
  }

  private noteCharge(scope: string, update: ScopeUpdate, before: ScopeState, after: ScopeState): void {
    const { open } = update;
    const ended = open?.kind === 'drop' || open?.kind === 'replace';
    if (!ended || isMark(open.packed)) return;
    const charged = after.committed - after.reserved - (before.committed - before.reserved);
    const place = `${scope} ${open.requestId}`;
    const facts = { place, charged, earlier: this.charges.get(place) };
    must(charged >= 0, 'no charge is below zero', facts);
    must(!this.charges.has(place), 'no request is settled twice in a scope', facts);
    this.charges.set(place, charged);
    this.spent.set(scope, (this.spent.get(scope) ?? 0) + charged);
  }

  /** Once nothing runs any more and every lease is over. */
  checkQuiet(states: ReadonlyMap<string, ScopeState>, records: ReadonlyMap<string, RequestRecord>): void {
    for (const [scope, state] of states) {
      must(Object.keys(state.open).length === 0 && state.reserved === 0, 'nothing stays open', { scope, state });
      must(state.leaseBucket === undefined, 'nothing stays in the index of leases', { scope, state });
      const recorded = [...records.values()].filter(({ scopes }) => scopes.includes(scope));
      const sum = recorded.reduce((total, { amountNano }) => total + amountNano, 0);
      must(sum === (this.spent.get(scope) ?? 0), 'what is spent is the sum of the records', { scope, sum });
    }
    for (const request of this.requests.values()) this.checkRequest(request, records.get(request.requestId));
  }

  private checkRequest(request: TrueRequest, record: RequestRecord | undefined): void {
    const facts = { request, record };
    const { admitted, forwarded, settled, trueNano, reservedNano } = request;
    if (forwarded) must(record !== undefined, 'whatever was forwarded is recorded', facts);
    if (record === undefined) return;
    // Under zero logging the amount is all that there is to see.
    const status = isLogged(record) ? record.status : undefined;
    if (!admitted) {
      // Its process may have died before it heard that all had been reserved.
      must(
        !forwarded && (record.amountNano === 0 || record.amountNano === reservedNano),
        'a refusal costs nothing',
        facts,
      );
    }
    if (settled)
      must(record.amountNano === Math.min(trueNano ?? reservedNano, reservedNano), 'it costs what it used', facts);
    if (forwarded && status === 'not_forwarded') must(false, 'what was forwarded is never free', facts);
    if (status === 'expired') must(record.amountNano === reservedNano, 'unknown use costs all', facts);
    for (const scope of record.scopes) {
      const charge = this.charges.get(`${scope} ${request.requestId}`);
      must((charge ?? 0) === record.amountNano, 'every scope is charged what the record says', {
        ...facts,
        scope,
        charge,
      });
    }
  }
}
