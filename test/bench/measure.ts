import { applyLoad } from './load-client.ts';
import { median, quantile } from './statistics.ts';
import { encodeRequest, type Target, verifyTarget } from './target.ts';
import type { Workload } from './workloads.ts';

/** One thing to measure, of every target alike. */
export interface Cell {
  /** As the row that it becomes. */
  readonly name: string;
  readonly workload: Workload;
  readonly concurrency: number;
  /** Where one request takes long, more of the others' time is needed to see enough of them. @default 1 */
  readonly slices?: number;
  /** @default 0 */
  readonly spreadMs?: number;
}

/** How long is measured. */
export interface Pace {
  readonly rounds: number;
  /** Per cell and target. */
  readonly sliceMs: number;
  /** Before anything counts, until the JIT has settled: some ten thousand requests. No longer than `warmUpMs`. */
  readonly warmUpRequests: number;
  readonly warmUpMs: number;
}

/** Of one cell, one target, one round. Milliseconds. */
export interface Reading {
  readonly cell: string;
  readonly target: string;
  readonly round: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstByteP50Ms: number;
  readonly firstByteP99Ms: number;
  /** Per request; NaN where the target does not tell its CPU time. */
  readonly cpuMs: number;
  /** Requests answered. */
  readonly perSecond: number;
}

export interface WarmUp {
  readonly workload: Workload;
  /** Of the pace's `warmUpRequests`; 0 where another workload has made the same code hot. */
  readonly share: number;
  /** @default 16 */
  readonly concurrency?: number;
}

/** Checks each target's answers, byte for byte, then makes it hot. Throws where an answer is not the upstream's. */
export async function warmUp(targets: readonly Target[], warmUps: readonly WarmUp[], pace: Pace): Promise<void> {
  for (const target of targets) {
    for (const { workload, share, concurrency = 16 } of warmUps) {
      await verifyTarget(target, workload);
      const request = encodeRequest(target, workload);
      const maxRequests = pace.warmUpRequests * share;
      if (share > 0) {
        await applyLoad({ port: target.port, request, concurrency, durationMs: pace.warmUpMs, maxRequests });
      }
    }
  }
}

async function measureOnce(cell: Cell, target: Target, round: number, { sliceMs }: Pace): Promise<Reading> {
  const { workload, concurrency, slices = 1, spreadMs = 0 } = cell;
  const request = encodeRequest(target, workload);
  const beforeUs = (await target.cpuUs?.()) ?? Number.NaN;
  const load = { port: target.port, request, concurrency, durationMs: sliceMs * slices, spreadMs };
  const startMs = performance.now();
  const { totalMs, firstByteMs } = await applyLoad(load);
  const seconds = (performance.now() - startMs) / 1000;
  const afterUs = (await target.cpuUs?.()) ?? Number.NaN;
  return {
    cell: cell.name,
    target: target.name,
    round,
    p50Ms: quantile(totalMs, 0.5),
    p99Ms: quantile(totalMs, 0.99),
    firstByteP50Ms: quantile(firstByteMs, 0.5),
    firstByteP99Ms: quantile(firstByteMs, 0.99),
    cpuMs: (afterUs - beforeUs) / 1000 / totalMs.length,
    perSecond: totalMs.length / seconds,
  };
}

/** Round by round and target beside target, so that what else the machine does falls on all of them alike. */
export async function measureCells(cells: readonly Cell[], targets: readonly Target[], pace: Pace): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const cell of cells) {
      for (const target of targets) readings.push(await measureOnce(cell, target, round, pace));
    }
  }
  return readings;
}

export type Measure = Exclude<keyof Reading, 'cell' | 'target' | 'round'>;

/** Median of the rounds. */
export function summarize(readings: readonly Reading[], cell: string, target: string, measure: Measure): number {
  return median(readings.filter((each) => each.cell === cell && each.target === target).map((each) => each[measure]));
}

/** Median, over the rounds, of what `target` took above `base` in that round. */
export function summarizeAdded(
  readings: readonly Reading[],
  { cell, target, base }: { readonly cell: string; readonly target: string; readonly base: string },
  measure: Measure,
): number {
  const ofCell = readings.filter((each) => each.cell === cell);
  const bases = new Map(ofCell.filter((each) => each.target === base).map((each) => [each.round, each[measure]]));
  return median(
    ofCell
      .filter((each) => each.target === target)
      .map((each) => each[measure] - (bases.get(each.round) ?? Number.NaN)),
  );
}
