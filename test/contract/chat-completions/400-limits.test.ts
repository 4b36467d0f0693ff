import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const chat = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 2 };

const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
let capped: string;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
  ({ key: capped } = await client.createKey({ max_budget: '1000.00' }));
});
afterAll(async () => {
  client.stop();
  await upstream.close();
});

describe('POST /v1/chat/completions refuses', () => {
  it('more tokens than a whole minute has as request_exceeds_token_limit, which no waiting mends', async () => {
    const { key } = await client.createKey({ tpm_limit: 500 });
    const answer = await client.chat(key, chat);
    expectRefusal(answer, { status: 400, code: 'request_exceeds_token_limit', param: null });
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  it('a model without a price as unpriced_model under a cap', async () => {
    const answer = await client.chat(capped, { ...chat, model: 'openai/gpt-of-tomorrow' });
    expectRefusal(answer, { status: 400, code: 'unpriced_model', param: 'model' });
  });

  it.each([
    ['the provider’s web search', { web_search_options: {} }, 'web_search_options'],
    ['a tool that runs at the provider', { tools: [{ type: 'code_interpreter' }] }, 'tools[0]'],
    ['a dearer service tier', { service_tier: 'priority' }, 'service_tier'],
  ])('%s as unbounded_request under a cap', async (_case, more, param) => {
    expectRefusal(await client.chat(capped, { ...chat, ...more }), { status: 400, code: 'unbounded_request', param });
  });

  it('and forwards nothing of any of these, and charges nothing for it', async () => {
    expect(upstream.seen).toEqual([]);
    expect(await client.readFigures(capped)).toMatchObject({ spentNano: 0, reservedNano: 0 });
  });
});
