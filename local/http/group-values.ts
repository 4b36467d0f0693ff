/** The values of each name, in order. Safe for any name, `__proto__` too. */
export function groupValues(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  const grouped = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...grouped].map(([name, all]) => [name, all.map(([, value]) => value)]));
}
