import type { RouteRecord } from './route-record.ts';

type Weighted = RouteRecord['targets'][number];

/** Draws one by weight. `draw` in [0, 1). */
function pick(targets: readonly Weighted[], draw: number): number {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  let left = draw * total;
  for (const [index, { weight }] of targets.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return targets.length - 1;
}

/**
 * The models that a route leads to, in the order to try for one request: its targets, drawn by weight one after the other,
 * then its fallbacks. Each model comes once. `random` in [0, 1), asked for each draw.
 */
export function orderTargets({ targets, fallbacks }: RouteRecord, random: () => number): readonly string[] {
  const left = [...targets];
  const ordered: string[] = [];
  while (left.length > 0) {
    const [drawn] = left.splice(pick(left, random()), 1);
    if (drawn !== undefined) ordered.push(drawn.model);
  }
  return [...new Set([...ordered, ...fallbacks])];
}
