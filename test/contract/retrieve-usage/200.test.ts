import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { createSpendingAccount, type SpendingAccount } from '../../support/spending-account.ts';

const count = z.int().nonnegative();
const usagePage = z.strictObject({
  object: z.literal('page'),
  data: z.array(
    z.strictObject({
      object: z.literal('bucket'),
      start_time: z.int(),
      end_time: z.int(),
      results: z.array(
        z.strictObject({
          object: z.literal('organization.usage.completions.result'),
          num_model_requests: count,
          input_tokens: count,
          input_cached_tokens: count,
          input_cache_write_tokens: count,
          input_uncached_tokens: count,
          input_audio_tokens: count,
          output_tokens: count,
          output_audio_tokens: count,
          api_key_id: z.string().nullable(),
          model: z.string().nullable(),
          provider: z.string().nullable(),
          project_id: z.null(),
          user_id: z.null(),
          batch: z.null(),
          service_tier: z.null(),
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});

const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
let account: SpendingAccount;
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

async function read(query: string) {
  const path = `/v1/organization/usage/completions?start_time=${startTime}&${query}`;
  const answer = await client.call({ key: account.masterKey, path });
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status: 200 });
  expectJson(answer);
  expectOwnHeaders(answer);
  return usagePage.parse(answer.json);
}

type Result = z.infer<typeof usagePage>['data'][number]['results'][number];
const resultsOf = async (query: string) => (await read(query)).data.flatMap(({ results }) => results);
const sum = (results: readonly Result[], field: 'num_model_requests' | 'input_tokens' | 'output_tokens') =>
  results.reduce((total, result) => total + result[field], 0);

describe('GET /v1/organization/usage/completions', () => {
  it('counts requests and tokens, as soon as a request has ended', async () => {
    const results = await resultsOf('');
    expect(sum(results, 'num_model_requests')).toBe(5);
    // What was asked under zero logging is not known.
    expect(sum(results, 'input_tokens')).toBe(4 * 9);
    expect(sum(results, 'output_tokens')).toBe(4 * 2);
    for (const result of results) expect(result).toMatchObject({ api_key_id: null, model: null, provider: null });
  });

  it('tells keys and models apart', async () => {
    const results = await resultsOf('group_by[]=api_key_id&group_by[]=model');
    const [one, , unlogged] = account.keys;
    const own = results.filter(({ api_key_id }) => api_key_id === one.id);
    expect(own.every(({ model }) => model === 'openai/gpt-4o-mini')).toBe(true);
    expect(sum(own, 'input_tokens')).toBe(18);
    const hidden = results.filter(({ api_key_id }) => api_key_id === unlogged.id);
    expect(hidden).toMatchObject([{ model: 'unlogged', num_model_requests: 1, input_tokens: 0 }]);
  });

  it.each([
    ['1m', 60],
    ['1h', 3_600],
    ['1d', 86_400],
  ])('has buckets of %s, aligned and without a gap, and the same in all', async (width, seconds) => {
    const { data, has_more } = await read(`bucket_width=${width}&models=gpt-4o-mini`);
    expect(has_more).toBe(false);
    for (const [index, { start_time, end_time }] of data.entries()) {
      expect(start_time).toBe((Math.floor(startTime / seconds) + index) * seconds);
      expect(end_time).toBe(start_time + seconds);
    }
    const results = data.flatMap((bucket) => bucket.results);
    expect(sum(results, 'num_model_requests')).toBe(4);
  });
});
