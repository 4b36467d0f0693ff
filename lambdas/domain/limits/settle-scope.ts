import { GatewayFault } from '../errors.ts';
import type { Settlement } from './ledger.ts';
import { unpackEntry } from './open-entry.ts';
import { type Ending, type OpenReservation, planSettle } from './plan-settle.ts';
import { isLogged, type RequestRecord } from './request-record.ts';
import type { ScopeState } from './scope-state.ts';
import type { ScopeStore } from './scope-store.ts';
import { isMark } from './settled-mark.ts';

/** Each further attempt means that another minute has begun meanwhile. */
const MAX_ATTEMPTS = 4;

/**
 * Read off the record, so that every scope comes to the same. What a record under zero logging does not tell is taken from
 * the settlement in hand; without one, all the tokens count as used.
 */
export function endingOf(record: RequestRecord, settlement?: Settlement): Ending {
  const { amountNano } = record;
  const details = isLogged(record) ? record : settlement;
  if (details === undefined) return { amountNano, tokens: undefined, forwarded: true };
  const { estimated, inputTokens, outputTokens, status } = details;
  return {
    amountNano,
    tokens: estimated ? undefined : inputTokens + outputTokens,
    forwarded: status !== 'not_forwarded',
  };
}

/** The request's reservation in the scope, unless it is settled there. */
export function findReservation(state: ScopeState | undefined, requestId: string): OpenReservation | undefined {
  const packed = state?.open[requestId];
  if (packed === undefined || isMark(packed)) return undefined;
  return { requestId, packed, entry: unpackEntry(packed) };
}

/** Those that are still reserved in one of their scopes. */
export async function findOpen<Request extends { readonly requestId: string; readonly scopes: readonly string[] }>(
  scopes: Pick<ScopeStore, 'read'>,
  requests: readonly Request[],
): Promise<readonly Request[]> {
  const names = [...new Set(requests.flatMap((request) => request.scopes))];
  const states = new Map(await Promise.all(names.map(async (name) => [name, await scopes.read(name)] as const)));
  return requests.filter(({ requestId, scopes: own }) =>
    own.some((name) => findReservation(states.get(name), requestId) !== undefined),
  );
}

export interface SettleScopeInput {
  readonly scope: string;
  readonly requestId: string;
  readonly ending: Ending;
  /** As last seen with the reservation in it. @default - it is read */
  readonly seen?: ScopeState | undefined;
  /** @default - nothing is left behind; see settled-mark.ts */
  readonly markUntilMs?: number | undefined;
}

/** Ends one reservation in one scope; nothing happens where it has ended. Throws GatewayFault `service_unavailable`. */
export async function settleScope(scopes: ScopeStore, input: SettleScopeInput): Promise<ScopeState | undefined> {
  const { scope, requestId, ending, markUntilMs } = input;
  let state = input.seen ?? (await scopes.read(scope));
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const reservation = findReservation(state, requestId);
    if (state === undefined || reservation === undefined) return state;
    const outcome = await scopes.update(scope, planSettle(reservation, ending, state, markUntilMs));
    if (outcome.applied) return outcome.state;
    state = outcome.state;
  }
  throw new GatewayFault('service_unavailable');
}
