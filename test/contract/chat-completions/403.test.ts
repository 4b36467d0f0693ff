import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const denied = { status: 403, code: 'model_not_allowed', param: 'model' };

const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterAll(async () => {
  client.stop();
  await upstream.close();
});

describe('POST /v1/chat/completions with a key for some models', () => {
  it.each([
    ['openai/gpt-4o', ['openai/gpt-4o-mini']],
    ['gpt-4o', ['openai/gpt-4o-mini']],
    ['open/gpt-4o-mini', ['openai/*']],
    ['openai/GPT-4O', ['demo/*', 'gpt-4o-mini']],
  ])('does not call %s for %j, and forwards nothing', async (model, models) => {
    const { key } = await client.createKey({ models });
    expectRefusal(await client.chat(key, { model, messages }), denied);
    expect(upstream.seen).toEqual([]);
  });

  it('calls those that it is for, by either name', async () => {
    const { key } = await client.createKey({ models: ['openai/gpt-4o*'] });
    expect((await client.chat(key, { model: 'openai/gpt-4o-mini', messages })).status).toBe(200);
    expect((await client.chat(key, { model: 'gpt-4o-mini', messages })).status).toBe(200);
  });
});
