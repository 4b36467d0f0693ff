import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import {
  breakStore,
  createTestKey,
  gateway,
  mendStore,
  sendAsOperator,
  sendChat,
  withoutEnvelopeKey,
} from '../../support/gateway.ts';

const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterEach(mendStore);
afterAll(() => upstream.close());

describe('POST /v1/chat/completions, while the store', () => {
  it.each(['internal-error', 'throttle', 'timeout', 'lose-answer'] as const)(
    'shows %s, is 503, never a wrong key, and forwards nothing',
    async (fault) => {
      breakStore(fault);
      expectFault(await sendChat(chat), 503, 'service_unavailable');
      expect(upstream.seen).toEqual([]);
    },
  );

  it('holds a record that cannot be read, is 503, never a wrong key', async () => {
    const { key } = await createTestKey({ schemaVersion: 99 });
    expectFault(await sendChat(chat, { authorization: `Bearer ${key}` }), 503, 'service_unavailable');
    expect(upstream.seen).toEqual([]);
  });

  it('is well but KMS does not open the provider’s credential, is 503, and forwards nothing', async () => {
    const path = '/admin/providers/sealed/credential';
    const stored = await sendAsOperator({ method: 'PUT', path, body: { api_key: 'secret-key-1' } });
    expect(stored.status).toBe(200);
    const answer = await withoutEnvelopeKey('sealed', () => sendChat({ ...chat, model: 'sealed/x' }));
    expectFault(answer, 503, 'service_unavailable');
    expect(upstream.seen).toEqual([]);
  });

  it('serves again as soon as the store does', async () => {
    expect((await sendChat(chat)).status).toBe(200);
  });
});
