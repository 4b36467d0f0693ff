import { GatewayFault } from '../errors.ts';
import { unpackEntry } from './open-entry.ts';
import { type Ending, type OpenReservation, planSettle } from './plan-settle.ts';
import type { RequestRecord } from './request-record.ts';
import type { ScopeState } from './scope-state.ts';
import type { ScopeStore } from './scope-store.ts';
import { isMark } from './settled-mark.ts';

/** Each further attempt means that another minute has begun meanwhile. */
const MAX_ATTEMPTS = 4;

export function endingOf(record: RequestRecord): Ending {
  return {
    amountNano: record.amountNano,
    tokens: record.estimated ? undefined : record.inputTokens + record.outputTokens,
    forwarded: record.status !== 'not_forwarded',
  };
}

/** The request's reservation in the scope, unless it is settled there. */
export function findReservation(state: ScopeState | undefined, requestId: string): OpenReservation | undefined {
  const packed = state?.open[requestId];
  if (packed === undefined || isMark(packed)) return undefined;
  return { requestId, packed, entry: unpackEntry(packed) };
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
