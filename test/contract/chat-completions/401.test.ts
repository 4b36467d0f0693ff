import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, send } from '../../support/gateway.ts';
import { describeAuthentication } from '../common-auth.ts';

const body = JSON.stringify({ model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] });

describe('POST /v1/chat/completions', () => {
  let upstream: FakeUpstream;
  beforeAll(async () => {
    upstream = await startFakeUpstream(gateway.upstreamPort);
  });
  afterAll(() => upstream.close());

  describeAuthentication((headers) => send({ path: '/v1/chat/completions', headers, body }));

  it('forwards nothing of any of these', () => expect(upstream.seen).toEqual([]));
});
