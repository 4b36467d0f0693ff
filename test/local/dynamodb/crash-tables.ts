import type { TableDefinition } from '../../../local/dynamodb/table-definition.ts';

const byKey = {
  keySchema: [{ name: 'pk', type: 'HASH' }],
  attributes: [{ name: 'pk', type: 'S' }],
  indexes: [],
} as const;

/** `ledger` and `audit` are streamed, `plain` is not. */
export const crashTables: readonly TableDefinition[] = [
  {
    name: 'ledger',
    keySchema: [{ name: 'pk', type: 'HASH' }],
    attributes: [
      { name: 'pk', type: 'S' },
      { name: 'lane', type: 'S' },
    ],
    indexes: [{ name: 'by-lane', keySchema: [{ name: 'lane', type: 'HASH' }], projection: { type: 'KEYS_ONLY' } }],
    stream: 'NEW_AND_OLD_IMAGES',
  },
  { name: 'audit', ...byKey, stream: 'NEW_AND_OLD_IMAGES' },
  { name: 'plain', ...byKey },
];
