import {
  createKey,
  getIndexActions,
  type Item,
  type LevelOperation,
  type TableDescription,
} from 'dynalite/db/index.js';
import type { Change } from './store-view.ts';

/**
 * The index entries that a change writes and removes. dynalite tells entries with the same index keys apart by 24 bits of
 * a hash of the item's key, so among some thousand items in one partition two would share an entry, and one would be
 * missing. Ours end in the item's whole key.
 */
export function indexEntriesOf({ table, key, before, after }: Change): LevelOperation[] {
  const kinds = [
    { kind: 'local', indexes: table.LocalSecondaryIndexes ?? [] },
    { kind: 'global', indexes: table.GlobalSecondaryIndexes ?? [] },
  ] as const;
  return kinds.flatMap(({ kind, indexes }) => {
    const { puts, deletes } = getIndexActions(indexes, before, after, table);
    const entryKey = (index: string, indexKey: string) => `index-${kind}~${table.TableName}~${index}~${indexKey}${key}`;
    return [
      ...deletes.map((entry): LevelOperation => ({ type: 'del', key: entryKey(entry.index, entry.key) })),
      ...puts.map(
        (entry): LevelOperation => ({
          type: 'put',
          key: entryKey(entry.index, entry.key),
          value: entry.item,
        }),
      ),
    ];
  });
}

/** The entries of an item that is there already, for an index that is new. */
export function indexEntriesOfStored(table: TableDescription, item: Item): LevelOperation[] {
  return indexEntriesOf({ table, key: createKey(item, table), before: undefined, after: item });
}
