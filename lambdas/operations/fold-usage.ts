import type { UnloggedRecord } from '../domain/limits/request-record.ts';
import type { ScopeStore } from '../domain/limits/scope-store.ts';
import { findOpen } from '../domain/limits/settle-scope.ts';
import type { ClaimedHour, DueHour, FoldStore } from '../domain/usage/fold-store.ts';
import { expiryOf } from '../domain/usage/hours.ts';
import { createTally, rowOf, type UsageRow } from '../domain/usage/usage-row.ts';

export interface FoldUsagePorts {
  readonly store: FoldStore;
  readonly scopes: Pick<ScopeStore, 'read'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Until the host ends this run. */
  readonly remainingMs: () => number;
  /** Told of each hour that could not be folded; its turn comes again. */
  readonly onFailure: (cause: unknown) => void;
}

export interface FoldReport {
  readonly hours: number;
  readonly folded: number;
  /** Left to a later run, which goes on where this one stopped. */
  readonly later: number;
  readonly failed: number;
}

const PARALLEL = 4;
/** With this much left, what there is gets written down. */
const STOP_MS = 30_000;
const ROWS_PER_PART = 1_000;
/** Of keys and models at a time; more than so many are written down on the way. */
const MAX_ROWS = 20_000;
/** A transaction writes 100 items: the hour, at most as many sums as records, and the records. */
const ABSORBED_AT_ONCE = 49;
/** A fold of an hour takes no longer. */
const FOLD_SECONDS = 3_600;

/** Its records may go while they are read: what they came to before stands. */
function isPastRecords({ hourMs, state }: ClaimedHour, nowMs: number): boolean {
  const goneAt = expiryOf(hourMs, state.requestRecordDays);
  return state.folded !== undefined && goneAt <= nowMs / 1000 + FOLD_SECONDS;
}

/**
 * A record goes only once no scope waits for it any more: it is the commit point, and without it the sweeper would charge
 * the rest of the scopes as it finds right, and put another record.
 */
async function findSettled(records: readonly UnloggedRecord[], { scopes }: FoldUsagePorts) {
  const open = new Set(await findOpen(scopes, records));
  return records.filter((record) => !open.has(record));
}

/** Turns the records under zero logging into sums, and takes them away. False where some are left, for now. */
async function absorbUnlogged(hour: ClaimedHour, ports: FoldUsagePorts): Promise<boolean> {
  let isRid = true;
  for await (const records of ports.store.readUnlogged(hour)) {
    const settled = await findSettled(records, ports);
    isRid &&= settled.length === records.length;
    for (let index = 0; index < settled.length; index += ABSORBED_AT_ONCE) {
      if (ports.remainingMs() < STOP_MS) return false;
      if (!(await ports.store.absorb(hour, settled.slice(index, index + ABSORBED_AT_ONCE)))) return false;
    }
  }
  return isRid;
}

async function writeParts(hour: ClaimedHour, rows: readonly UsageRow[], first: number, store: FoldStore) {
  let part = first;
  for (let index = 0; index < rows.length; index += ROWS_PER_PART) {
    await store.putPart(hour, part, rows.slice(index, index + ROWS_PER_PART));
    part += 1;
  }
  return part;
}

async function foldLogged(hour: ClaimedHour, { store, remainingMs }: FoldUsagePorts): Promise<boolean> {
  const { written = [], after: from } = hour.state.progress ?? {};
  const tally = createTally();
  let parts = 0;
  const all = () => [...written, { fold: hour.fold, parts }];
  for await (const { records, after } of store.readRecords(hour, from)) {
    for (const record of records) tally.add(rowOf(record));
    const isOver = remainingMs() < STOP_MS;
    if (isOver || tally.size > MAX_ROWS) parts = await writeParts(hour, tally.take(), parts, store);
    if (isOver) {
      await store.suspend(hour, { written: all(), after });
      return false;
    }
  }
  parts = await writeParts(hour, tally.take(), parts, store);
  return store.close(hour, all());
}

/** False where it is left to a later run. */
async function foldHour(due: DueHour, ports: FoldUsagePorts): Promise<boolean> {
  const { store, now } = ports;
  const hour = await store.claim(due, now());
  if (hour === undefined) return false;
  if (hour.state.hasUnlogged && !(await absorbUnlogged(hour, ports))) return false;
  return isPastRecords(hour, now()) ? store.close(hour, undefined) : foldLogged(hour, ports);
}

async function foldBatch(batch: readonly DueHour[], ports: FoldUsagePorts): Promise<FoldReport> {
  const outcomes = await Promise.allSettled(batch.map((hour) => foldHour(hour, ports)));
  const report = { hours: batch.length, folded: 0, later: 0, failed: 0 };
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') report[outcome.value ? 'folded' : 'later'] += 1;
    else {
      report.failed += 1;
      ports.onFailure(outcome.reason);
    }
  }
  return report;
}

function add(one: FoldReport, other: FoldReport): FoldReport {
  return {
    hours: one.hours + other.hours,
    folded: one.folded + other.folded,
    later: one.later + other.later,
    failed: one.failed + other.failed,
  };
}

/**
 * Works out what each hour came to, once its records are complete, so that a report need not read them all. It overwrites and
 * can be repeated; any number of runs may go on at once, and each may end anywhere. A late record has its hour folded anew.
 */
export async function foldUsage(ports: FoldUsagePorts): Promise<FoldReport> {
  let report: FoldReport = { hours: 0, folded: 0, later: 0, failed: 0 };
  let batch: DueHour[] = [];
  for await (const hour of ports.store.due(ports.now())) {
    if (ports.remainingMs() < 2 * STOP_MS) break;
    batch.push(hour);
    if (batch.length < PARALLEL) continue;
    report = add(report, await foldBatch(batch, ports));
    batch = [];
  }
  return add(report, await foldBatch(batch, ports));
}
