import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createAuditedTransaction } from '../../lambdas/aws/audited-transaction.ts';
import { createDynamoPriceBook } from '../../lambdas/aws/dynamo-price-book.ts';
import { createDynamoPriceStore } from '../../lambdas/aws/dynamo-price-store.ts';
import { pricesKey } from '../../lambdas/aws/item-keys.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import type { AuditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { unknownModel } from '../../lambdas/domain/pricing/price.ts';
import { overrideModel } from '../../lambdas/domain/pricing/price-list.ts';
import type { PriceOverrides } from '../../lambdas/domain/pricing/price-overrides.ts';
import { type AwsEngines, auditTable, keysTable, startAwsEngines } from '../support/aws-engines.ts';

let engines: AwsEngines;
beforeAll(async () => {
  engines = await startAwsEngines();
});
afterAll(() => engines.stop());
beforeEach(() => replaceAll({}));

function openStore() {
  const audit = { client: engines.dynamoSdk, table: auditTable, digest: canonicalDigest, random: Math.random };
  return createDynamoPriceStore({
    client: engines.dynamoJson,
    table: keysTable,
    commit: createAuditedTransaction(audit),
  });
}

const entryOf = (model: string): AuditEntry => ({
  schemaVersion: 1,
  id: 'audit_1',
  type: 'admin.model_price.deleted',
  effective_at: 1_800_000_000,
  actor: { type: 'iam', iam: { arn: 'arn', ip_address: '127.0.0.1' } },
  request_id: 'r-1',
  tenant: 'operator',
  'admin.model_price.deleted': { model },
});

async function replaceAll(overrides: PriceOverrides): Promise<void> {
  const store = openStore();
  const before = await store.readPrices();
  const after = { ...before, version: before.version + 1, overrides };
  expect(await store.writePrices({ before, after, entry: entryOf('openai/x') })).toBe('committed');
}

const tiers = [{ above: 200_000, input: '3', output: '4', cached_input: '0.3' }];
const own: PriceOverrides = { 'openai/x': { input: '1.5', output: '2', per_request: '0.01', long_context: tiers } };

describe('the operator’s prices', () => {
  test('are read as they were written, and written only from what was read', async () => {
    await replaceAll(own);
    const store = openStore();
    const read = await store.readPrices();
    expect(read.overrides).toEqual(own);
    const change = { before: read, after: { ...read, version: read.version + 1, overrides: {} } };
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => store.writePrices({ ...change, entry: entryOf('openai/x') })),
    );
    expect(outcomes.sort()).toEqual(['committed', 'outdated', 'outdated']);
    expect((await store.readPrices()).version).toBe(read.version + 1);
  });

  test('reach the data plane within half a minute by one read of one item, and no sooner by more', async () => {
    const calls: unknown[] = [];
    const client: JsonClient = {
      call(operation, input, options) {
        calls.push({ operation, input });
        return engines.dynamoJson.call(operation, input, options);
      },
    };
    let nowMs = Date.now();
    const book = createDynamoPriceBook({ client, table: keysTable, now: () => nowMs });
    const inputRate = async () => {
      const facts = overrideModel(unknownModel, await book.readPrices(), { provider: 'openai', model: 'x' });
      return facts.price?.rates.input;
    };
    expect(await Promise.all([inputRate(), inputRate()])).toEqual([undefined, undefined]);
    await replaceAll(own);
    nowMs += 29_999;
    expect(await inputRate()).toBeUndefined();
    expect(calls).toEqual([
      { operation: 'GetItem', input: { TableName: keysTable, Key: pricesKey(), ConsistentRead: true } },
    ]);
    nowMs += 1;
    expect(await inputRate()).toBe(1_500_000);
    expect(calls).toHaveLength(2);
  });

  test('hold on for five minutes while the store is away, and are none that could be relied on after that', async () => {
    await replaceAll(own);
    let nowMs = Date.now();
    let isDown = false;
    const client: JsonClient = {
      call: (...call) => (isDown ? Promise.reject(new Error('down')) : engines.dynamoJson.call(...call)),
    };
    const book = createDynamoPriceBook({ client, table: keysTable, now: () => nowMs });
    expect((await book.readPrices()).names).toContain('openai/x');
    isDown = true;
    nowMs += 299_999;
    expect((await book.readPrices()).names).toContain('openai/x');
    nowMs += 1;
    await expect(book.readPrices()).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  test('that cannot be understood are a fault, and never no prices', async () => {
    const record = {
      schemaVersion: 1,
      version: 9,
      overrides: { 'openai/x': { input: '1', output: '1', of_later: 'a' } },
    };
    await engines.dynamoSdk.send(
      new PutItemCommand({ TableName: keysTable, Item: { ...pricesKey(), ...encodeItem(record) } }),
    );
    const book = createDynamoPriceBook({ client: engines.dynamoJson, table: keysTable, now: () => Date.now() });
    await expect(book.readPrices()).rejects.toMatchObject({ code: 'service_unavailable' });
    await expect(openStore().readPrices()).rejects.toMatchObject({ code: 'service_unavailable' });
    await engines.dynamoSdk.send(
      new PutItemCommand({
        TableName: keysTable,
        Item: { ...pricesKey(), ...encodeItem({ ...record, overrides: {} }) },
      }),
    );
  });
});
