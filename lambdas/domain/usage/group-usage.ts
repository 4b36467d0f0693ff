import { addCounts, noUsage, UNLOGGED, type UsageCounts, type UsageRow } from './usage-row.ts';

/** By what usage can be told apart. */
export const dimensions = ['api_key_id', 'model', 'provider'] as const;
export type Dimension = (typeof dimensions)[number];

/** In place of a provider and a model, where a request's function died with what it knew. */
const UNKNOWN = 'unknown';

/** As it is called: `openai/gpt-5-mini`. */
export function modelName({ provider, model }: Pick<UsageRow, 'provider' | 'model'>): string {
  return provider === UNLOGGED || provider === UNKNOWN ? provider : `${provider}/${model}`;
}

function valueIn(row: UsageRow, dimension: Dimension): string {
  switch (dimension) {
    case 'api_key_id':
      return row.keyId;
    case 'model':
      return modelName(row);
    case 'provider':
      return row.provider;
  }
}

export interface UsageFilter {
  /** Absent: all. */
  readonly keyIds?: readonly string[] | undefined;
  /** With their provider, or without. */
  readonly models?: readonly string[] | undefined;
}

export function createUsageFilter({ keyIds, models }: UsageFilter) {
  const [keys, names] = [keyIds && new Set(keyIds), models && new Set(models)];
  return (row: Pick<UsageRow, 'keyId' | 'provider' | 'model'>): boolean =>
    (keys?.has(row.keyId) ?? true) && (names === undefined || names.has(modelName(row)) || names.has(row.model));
}

export interface UsageGroup {
  /** Null where usage is not told apart by it. */
  readonly by: Readonly<Record<Dimension, string | null>>;
  readonly counts: UsageCounts;
}

/** Adds rows up by the values of these dimensions. */
export function createGroups(groupBy: readonly Dimension[]) {
  const groups = new Map<string, UsageGroup>();
  return {
    add(row: UsageRow): void {
      const values = groupBy.map((dimension) => [dimension, valueIn(row, dimension)] as const);
      const name = JSON.stringify(values);
      const group = groups.get(name);
      const by = group?.by ?? { api_key_id: null, model: null, provider: null, ...Object.fromEntries(values) };
      groups.set(name, { by, counts: addCounts(group?.counts ?? noUsage, row) });
    },
    /** In the order of the values. */
    list(): readonly UsageGroup[] {
      return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
    },
  };
}
