import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerFault } from '../../../lambdas/domain/errors.ts';
import { expectFault } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, sendChat } from '../../support/gateway.ts';

const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };
const soon = { 'x-portcullis-timeout-ms': '500' };

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterAll(() => upstream.close());

describe('POST /v1/chat/completions', () => {
  it('is 504 upstream_timeout where the provider does not answer in time, and no SDK is to ask again', async () => {
    upstream.respond(() => undefined);
    const answer = await sendChat(chat, soon);
    expectFault(answer, 504, 'upstream_timeout');
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'x-portcullis-provider': 'openai' });
  });

  it('is 504 upstream_timeout where the provider falls silent within a whole answer', async () => {
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices":');
    });
    expectFault(await sendChat(chat, soon), 504, 'upstream_timeout');
  });

  it('ends a stream that falls silent with one error event', async () => {
    const first = 'data: {"choices":[]}\n\n';
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${first}data: {"cho`);
    });
    const answer = await sendChat({ ...chat, stream: true }, soon);
    expect(answer.text).toBe(`${first}data: ${JSON.stringify(answerFault('upstream_timeout').body)}\n\n`);
  });
});
