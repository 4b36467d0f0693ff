import { GatewayFault } from '../errors.ts';
import type { Ending } from './plan-settle.ts';
import type { Recent } from './recent.ts';
import type { ScopeState } from './scope-state.ts';
import type { RecordStore, ScopeStore } from './scope-store.ts';
import { settleScope } from './settle-scope.ts';
import { MARK_MS } from './settled-mark.ts';

/** A reservation that this process made. */
export interface Held {
  /** Of each scope, as it was with the reservation in it. */
  readonly states: ReadonlyMap<string, ScopeState>;
  /** A copy of a reserving write may still be under way. */
  readonly retried: boolean;
}

/** What a process remembers between two calls; none of it need be true, or be there. */
export interface LedgerMemory {
  /** Scopes as they were last seen. */
  readonly seen: Recent<ScopeState>;
  readonly held: Recent<Held>;
}

export interface EndedRequest {
  readonly requestId: string;
  readonly ending: Ending;
}

export interface LedgerPorts {
  readonly scopes: ScopeStore;
  readonly records: RecordStore;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function remember({ seen }: LedgerMemory, scope: string, state: ScopeState | undefined): void {
  if (state === undefined) seen.drop(scope);
  else seen.keep(scope, state);
}

/** As it was with the reservation in it, at the minute that was last seen; undefined where another process reserved. */
function lastSeen({ seen, held }: LedgerMemory, scope: string, requestId: string): ScopeState | undefined {
  const state = held.get(requestId)?.states.get(scope);
  const { windowMinute } = seen.get(scope) ?? {};
  return state && { ...state, ...(windowMinute !== undefined && { windowMinute }) };
}

/**
 * Ends the request, whose record is put, in the given scopes, in parallel. All are tried, whichever fails: what stays open
 * blocks others until its lease ends. Throws GatewayFault `service_unavailable`.
 */
export async function settleRequest(
  { scopes, now }: Pick<LedgerPorts, 'scopes' | 'now'>,
  memory: LedgerMemory,
  { requestId, ending }: EndedRequest,
  names: readonly string[],
): Promise<void> {
  const markUntilMs = memory.held.get(requestId)?.retried ? now() + MARK_MS : undefined;
  const settled = await Promise.allSettled(
    names.map(async (scope) => {
      const seen = lastSeen(memory, scope, requestId);
      const input = { scope, requestId, ending, seen, markUntilMs };
      remember(memory, scope, await settleScope(scopes, input));
    }),
  );
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw new GatewayFault('service_unavailable', { cause: failed.reason });
  memory.held.drop(requestId);
}
