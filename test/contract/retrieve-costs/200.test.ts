import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatUsd } from '../../../lambdas/domain/money.ts';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { costNano, createSpendingAccount, type SpendingAccount } from '../../support/spending-account.ts';

const costsPage = z.strictObject({
  object: z.literal('page'),
  data: z.array(
    z.strictObject({
      object: z.literal('bucket'),
      start_time: z.int(),
      end_time: z.int(),
      results: z.array(
        z.strictObject({
          object: z.literal('organization.costs.result'),
          amount: z.strictObject({ value: z.number(), currency: z.literal('usd'), decimal: z.string() }),
          api_key_id: z.string().nullable(),
          model: z.string().nullable(),
          provider: z.string().nullable(),
          line_item: z.string().nullable(),
          project_id: z.null(),
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});

const DAY = 86_400;
const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
let account: SpendingAccount;
/** The day, or two, in which the requests fell. */
let startTime: number;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
  startTime = Math.floor(Date.now() / 1000);
  account = await createSpendingAccount(client, upstream);
});
afterAll(async () => {
  client.stop();
  await upstream.close();
});

async function read(query: string, key = account.masterKey) {
  const answer = await client.call({ key, path: `/v1/organization/costs?${query}` });
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status: 200 });
  expectJson(answer);
  expectOwnHeaders(answer);
  return costsPage.parse(answer.json);
}

const nano = (count: number) => formatUsd(count * costNano);

/** Over midnight too. */
async function resultsOf(query: string) {
  return (await read(`start_time=${startTime}&${query}`)).data.flatMap(({ results }) => results);
}

describe('GET /v1/organization/costs', () => {
  it('has what all keys cost, those under zero logging included, as a number and exactly', async () => {
    const results = await resultsOf('');
    const decimals = results.map(({ amount }) => Math.round(amount.value * 1e9));
    expect(decimals.reduce((sum, each) => sum + each, 0)).toBe(5 * costNano);
    for (const { amount, ...by } of results) {
      expect(amount.decimal).toBe(formatUsd(Math.round(amount.value * 1e9)));
      expect(by).toMatchObject({ api_key_id: null, model: null, provider: null, line_item: null });
    }
  });

  it('tells keys apart', async () => {
    const results = await resultsOf('group_by=api_key_id&bucket_width=1d');
    const sums = account.keys.map(({ id }) =>
      results.filter(({ api_key_id }) => api_key_id === id).reduce((sum, { amount }) => sum + amount.value, 0),
    );
    expect(sums.map((sum) => Math.round(sum * 1e9))).toEqual([2 * costNano, 2 * costNano, costNano]);
    expect(results.every(({ line_item, model }) => line_item === null && model === null)).toBe(true);
  });

  it.each(['group_by=line_item', 'group_by[]=line_item', 'group_by%5B%5D=line_item'])(
    'tells models apart as line items, by ?%s',
    async (query) => {
      const names = new Set((await resultsOf(query)).map(({ line_item, model }) => `${line_item} ${model}`));
      expect(names).toEqual(new Set(['openai/gpt-4o-mini null', 'unlogged null']));
    },
  );

  it('tells providers and models apart at the same time', async () => {
    const groups = (await resultsOf('group_by=provider&group_by=model')).map(({ provider, model }) => [
      provider,
      model,
    ]);
    expect(groups).toContainEqual(['openai', 'openai/gpt-4o-mini']);
    expect(groups).toContainEqual(['unlogged', 'unlogged']);
  });

  it('has what is asked for alone', async () => {
    const sumOf = async (query: string) =>
      (await resultsOf(query)).reduce((sum, { amount }) => sum + Math.round(amount.value * 1e9), 0);
    const [one, two] = account.keys;
    expect(await sumOf(`api_key_ids=${one.id}`)).toBe(2 * costNano);
    expect(await sumOf(`api_key_ids[]=${one.id}&api_key_ids[]=${two.id}`)).toBe(4 * costNano);
    expect(await sumOf('models=gpt-4o-mini')).toBe(4 * costNano);
    expect(await sumOf('models=openai/gpt-4o-mini&models=unlogged')).toBe(5 * costNano);
    expect(await sumOf('models=nobody/gpt-4o-mini')).toBe(0);
  });

  it('has whole days of UTC, those without costs too, and a page at a time', async () => {
    const start = startTime - 9 * DAY;
    const first = await read(`start_time=${start}&end_time=${startTime - 2 * DAY}&limit=4`);
    expect(first.data).toHaveLength(4);
    for (const [index, bucket] of first.data.entries()) {
      const begins = (Math.floor(start / DAY) + index) * DAY;
      expect(bucket).toEqual({ object: 'bucket', start_time: begins, end_time: begins + DAY, results: [] });
    }
    expect(first.has_more).toBe(true);
    const second = await read(`start_time=${start}&end_time=${startTime - 2 * DAY}&limit=4&page=${first.next_page}`);
    expect(second.data[0]?.start_time).toBe(first.data.at(-1)?.end_time);
    expect(second).toMatchObject({ has_more: false, next_page: null });
    expect(second.data).toHaveLength(4);
  });

  it('has hours too', async () => {
    const { data } = await read(`start_time=${startTime}&bucket_width=1h`);
    expect(data.every(({ start_time, end_time }) => end_time - start_time === 3_600)).toBe(true);
    expect(data.flatMap(({ results }) => results)[0]?.amount.currency).toBe('usd');
  });

  it('has nothing of what has not begun', async () => {
    expect((await read(`start_time=${startTime + 3 * DAY}`)).data).toEqual([]);
  });

  it('has nothing of another account', async () => {
    const other = await client.createAccount();
    const page = await read(`start_time=${startTime}&api_key_ids=${account.keys[0].id}`, other.masterKey);
    expect(page.data.flatMap(({ results }) => results)).toEqual([]);
  });

  it('agrees with what each key is told', async () => {
    const [one] = account.keys;
    const { json } = await client.call({ key: account.masterKey, path: `/v1/keys/${one.id}` });
    expect(json).toMatchObject({ spend: nano(2), spend_reserved: '0.00' });
  });
});
