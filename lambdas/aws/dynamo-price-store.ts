import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import type { PriceStore, PricesRecord } from '../domain/pricing/price-store.ts';
import { encodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { type PricesTable, readPricesRecord } from './dynamo-price-book.ts';
import { pricesKey } from './item-keys.ts';

/** From exactly the version that was read. */
function putPrices(table: string, before: PricesRecord, after: PricesRecord): TransactWriteItem {
  const unchanged =
    before.version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'version = :seen',
          ExpressionAttributeValues: { ':seen': { N: String(before.version) } },
        };
  return { Put: { TableName: table, Item: { ...pricesKey(), ...encodeItem(after) }, ...unchanged } };
}

/** Prices, event and chain head in one transaction. */
export function createDynamoPriceStore({
  commit,
  ...options
}: PricesTable & { readonly commit: CommitAudited }): PriceStore {
  return {
    readPrices: () => readPricesRecord(options),
    writePrices: ({ before, after, entry }) =>
      commit({ tenant: OPERATOR_TENANT, entries: [entry], writes: [putPrices(options.table, before, after)] }),
  };
}
