import { isDeepStrictEqual } from 'node:util';
import type { IndexDescription, Item, LevelOperation, TableDescription } from 'dynalite/db/index.js';
import * as z from 'zod';
import type { JsonObject } from '../aws-json/server.ts';
import type { Engine } from './engine.ts';
import { indexEntriesOfStored } from './index-entries.ts';
import type { IndexDefinition, KeyElement, TableDefinition } from './table-definition.ts';

const storedItem: z.ZodType<Item> = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * Makes the store's table what the definition says: created where it is missing, its indexes built anew where they are
 * others. Other keys are an error, as they make another table.
 */
export async function ensureTable(engine: Engine, definition: TableDefinition): Promise<void> {
  const existing = engine.tables.get(definition.name);
  if (existing === undefined) {
    await engine.administer('CreateTable', createTableInput(definition));
    return;
  }
  if (!isDeepStrictEqual(keysOf(existing), keysOf(createTableInput(definition)))) {
    throw new Error(
      `The table ${definition.name} in this data folder has other keys than the template says. ` +
        'Start with another data folder, or remove this one.',
    );
  }
  const wanted = definition.indexes.map(indexInput);
  const known = (existing.GlobalSecondaryIndexes ?? []).map(bareIndex);
  if (!isDeepStrictEqual(byName(known), byName(wanted))) await rebuildIndexes(engine, existing, definition);
}

function createTableInput(definition: TableDefinition) {
  return {
    TableName: definition.name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: definition.keySchema.map(keyInput),
    AttributeDefinitions: attributesOf(definition),
    ...(definition.indexes.length > 0 && { GlobalSecondaryIndexes: definition.indexes.map(indexInput) }),
  } satisfies JsonObject;
}

function attributesOf(definition: TableDefinition) {
  return definition.attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
}

function keyInput({ name, type }: KeyElement) {
  return { AttributeName: name, KeyType: type };
}

function indexInput({ name, keySchema, projection }: IndexDefinition) {
  const included = projection.type === 'INCLUDE' ? { NonKeyAttributes: [...projection.attributes] } : {};
  return {
    IndexName: name,
    KeySchema: keySchema.map(keyInput),
    Projection: { ProjectionType: projection.type, ...included },
  };
}

function bareIndex({ IndexName, KeySchema, Projection }: IndexDescription) {
  return { IndexName, KeySchema, Projection };
}

function byName<Index extends { readonly IndexName: string }>(indexes: readonly Index[]): Index[] {
  return indexes.toSorted((a, b) => (a.IndexName < b.IndexName ? -1 : 1));
}

/** The table's own keys with their types. */
function keysOf({ KeySchema, AttributeDefinitions }: Pick<TableDescription, 'KeySchema' | 'AttributeDefinitions'>) {
  return KeySchema.map(({ AttributeName, KeyType }) => {
    const type = AttributeDefinitions.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType;
    return { AttributeName, KeyType, type };
  });
}

/** The new description comes last: a crash before it leaves the old one, and the next start begins again. */
async function rebuildIndexes(engine: Engine, existing: TableDescription, definition: TableDefinition): Promise<void> {
  const table: TableDescription = {
    ...existing,
    AttributeDefinitions: attributesOf(definition),
    GlobalSecondaryIndexes: definition.indexes.map((index) => ({ ...indexInput(index), IndexStatus: 'ACTIVE' })),
  };
  const entries = `index-global~${table.TableName}~`;
  await engine.db.clear({ gte: entries, lt: `${entries}\xFF` });
  const items = `item-${table.TableName}~`;
  let batch: LevelOperation[] = [];
  for await (const item of engine.db.values({ gte: items, lt: `${items}\xFF` })) {
    batch.push(...indexEntriesOfStored(table, storedItem.parse(item)));
    if (batch.length < 1000) continue;
    await engine.db.batch(batch);
    batch = [];
  }
  await engine.db.batch(batch);
  await engine.describe(table);
}
