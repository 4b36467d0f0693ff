import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatUsd } from '../../../lambdas/domain/money.ts';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { costNano, createSpendingAccount, type SpendingAccount } from '../../support/spending-account.ts';

const usd = z.string().regex(/^\d+\.\d{2,9}$/);
const requestPage = z.strictObject({
  object: z.literal('page'),
  data: z.array(
    z.strictObject({
      object: z.literal('organization.usage.request'),
      id: z.string(),
      created_at: z.int(),
      status: z.enum(['completed', 'failed', 'not_forwarded', 'expired']),
      api_key_id: z.string(),
      provider: z.string().nullable(),
      model: z.string().nullable(),
      amount: usd,
      amount_reserved: usd,
      estimated: z.boolean(),
      input_tokens: z.int(),
      input_cached_tokens: z.int(),
      input_cache_write_tokens: z.int(),
      output_tokens: z.int(),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});

const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
let account: SpendingAccount;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
  account = await createSpendingAccount(client, upstream);
});
afterAll(async () => {
  client.stop();
  await upstream.close();
});

async function read(query = '', key = account.masterKey) {
  const answer = await client.call({ key, path: `/v1/organization/usage/requests${query}` });
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status: 200 });
  expectJson(answer);
  expectOwnHeaders(answer);
  return requestPage.parse(answer.json);
}

describe('GET /v1/organization/usage/requests', () => {
  it('has the requests of the last day, the latest first, but for those under zero logging', async () => {
    const { data, has_more, next_page } = await read();
    expect({ has_more, next_page }).toEqual({ has_more: false, next_page: null });
    expect(data).toHaveLength(4);
    expect(data.map(({ created_at }) => created_at)).toEqual(
      data.map(({ created_at }) => created_at).toSorted((one, other) => other - one),
    );
    for (const request of data) {
      expect(request).toMatchObject({
        status: 'completed',
        provider: 'openai',
        model: 'openai/gpt-4o-mini',
        amount: formatUsd(costNano),
        estimated: false,
        input_tokens: 9,
        output_tokens: 2,
      });
    }
  });

  it('has a request by the id that its caller was given', async () => {
    const [one] = account.keys;
    const body = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
    const { headers } = await client.chat(one.key, body);
    const id = headers['x-request-id'];
    await expect.poll(async () => (await read(`?request_ids=${id}`)).data).toMatchObject([{ id, api_key_id: one.id }]);
  });

  it('pages through them, each once', async () => {
    const seen: string[] = [];
    let page = await read('?limit=2');
    for (seen.push(...page.data.map(({ id }) => id)); page.has_more; seen.push(...page.data.map(({ id }) => id))) {
      expect(page.data).toHaveLength(2);
      page = await read(`?limit=2&page=${page.next_page}`);
    }
    expect(seen.toSorted()).toEqual((await read()).data.map(({ id }) => id).toSorted());
  });

  it('has those of one key, and of one account, alone', async () => {
    const [, two] = account.keys;
    expect((await read(`?api_key_ids[]=${two.id}`)).data).toHaveLength(2);
    const other = await client.createAccount();
    expect((await read(`?api_key_ids=${two.id}`, other.masterKey)).data).toEqual([]);
  });
});
