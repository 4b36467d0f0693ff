import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import type { UpdateOutcome } from '../../lambdas/domain/limits/scope-store.ts';
import { applyUpdate, holds, type ScopeUpdate } from '../../lambdas/domain/limits/scope-update.ts';

interface Bug {
  /** What is left of a change's guards. */
  readonly loosen?: (update: ScopeUpdate) => ScopeUpdate;
}

export type PlantedBug = 'dropped-settle' | 'stale-cap' | 'settled-twice' | 'late-copy';

/** Faults of the ledger itself, put in to see that they are found. */
export const plantedBugs: Readonly<Record<PlantedBug, Bug>> = {
  /** A request that has ended is not settled. */
  'dropped-settle': {},
  /** The cap is compared with a counter that somebody read before. */
  'stale-cap': {
    loosen: (update: ScopeUpdate): ScopeUpdate => ({
      ...update,
      guards: update.guards.filter(({ counter }) => counter !== 'committed' && counter !== 'reserved'),
    }),
  },
  /** What ends a reservation does not look whether it is there. */
  'settled-twice': {
    loosen: (update: ScopeUpdate): ScopeUpdate => {
      const { open, ...others } = update;
      return open?.kind === 'drop' ? others : update;
    },
  },
  /** Nothing keeps the place of a reservation that was made by a repeated write. */
  'late-copy': {},
};

/** The change as the store would carry it out with the bug in it; undefined where it is still refused. */
export function changeWithBug(
  bug: PlantedBug | undefined,
  update: ScopeUpdate,
  state: ScopeState,
): ScopeState | undefined {
  const guarded = (bug && plantedBugs[bug].loosen?.(update)) ?? update;
  return holds(guarded, state) ? applyUpdate(update, state) : undefined;
}

/** A store that never tells that it tried again leaves no marks. */
export function outcomeWithBug(bug: PlantedBug | undefined, outcome: UpdateOutcome): UpdateOutcome {
  return bug === 'late-copy' ? { ...outcome, retried: false } : outcome;
}
