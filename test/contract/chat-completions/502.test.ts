import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerFault } from '../../../lambdas/domain/errors.ts';
import { expectFault } from '../../support/expect-error.ts';
import { answerWith, completion, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, sendChat } from '../../support/gateway.ts';

const secretive = 'internals-of-a-provider';
const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterEach(() => upstream.respond(answerWith(200, JSON.stringify(completion))));
afterAll(() => upstream.close());

describe('POST /v1/chat/completions is 502 upstream_error, without a word of the provider’s, where it', () => {
  it.each([
    ['answers HTML with 200', answerWith(200, `<html>${secretive}`, { 'content-type': 'text/html' })],
    ['answers half a JSON', answerWith(200, `{"choices":["${secretive}`)],
    ['answers nothing', answerWith(200, '')],
    ['redirects', answerWith(307, secretive, { location: `http://127.0.0.1:1/${secretive}` })],
    ['compresses unasked', answerWith(200, '{}', { 'content-encoding': 'gzip', 'content-type': 'application/json' })],
    ['resets the connection', (_response, _request, raw) => raw.socket.resetAndDestroy()],
    ['closes the connection', (_response, _request, raw) => raw.socket.destroy()],
    [
      'closes in the middle of its answer',
      (response, _request, raw) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write(`{"choices":["${secretive}`, () => raw.socket.destroy());
      },
    ],
    ['speaks no HTTP', (_response, _request, raw) => raw.socket.end(`${secretive}\r\n\r\n`)],
    [
      'sends a broken chunk',
      (_response, _request, raw) =>
        raw.socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${secretive}\r\n`),
    ],
  ] satisfies [string, Parameters<FakeUpstream['respond']>[0]][])('%s', async (_case, respond) => {
    upstream.respond(respond);
    const answer = await sendChat(chat);
    expectFault(answer, 502, 'upstream_error');
    // It may have been carried out, and is charged: no SDK is to do that again by itself.
    expect(answer.headers['x-should-retry']).toBe('false');
  });

  it.each(['dead', 'nowhere'])('cannot be reached (%s), which an SDK may try again', async (provider) => {
    const answer = await sendChat({ ...chat, model: `${provider}/x` });
    expectFault(answer, 502, 'upstream_error');
    expect(answer.headers).not.toHaveProperty('x-should-retry');
  });

  it('and serves the next request as ever', async () => expect((await sendChat(chat)).status).toBe(200));
});

describe('a stream of POST /v1/chat/completions', () => {
  const first = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
  const event = `data: ${JSON.stringify(answerFault('upstream_error').body)}\n\n`;

  it.each([
    ['between two events', first],
    ['within an event', `${first}data: {"choi`],
    ['within a character', Buffer.concat([Buffer.from(`${first}data: {"x":"`), Buffer.from([0xc3])])],
  ])('that breaks off %s ends in one error event, after whole events alone', async (_case, sent) => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sent, () => raw.socket.destroy());
    });
    const answer = await sendChat({ ...chat, stream: true });
    expect(answer).toMatchObject({ status: 200, text: first + event });
  });

  it('that breaks off before its first event is an error event, and nothing hangs', async () => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      setImmediate(() => raw.socket.destroy());
    });
    const answer = await sendChat({ ...chat, stream: true });
    expect(answer).toMatchObject({ status: 200, text: event });
  });
});

describe('a provider that takes up the connection and says nothing of HTTP', () => {
  it('is 502 as well', async () => {
    await upstream.close();
    const server = createServer((socket) => socket.end('220 smtp.example ESMTP\r\n'));
    server.listen(gateway.upstreamPort, '127.0.0.1');
    await once(server, 'listening');
    expectFault(await sendChat(chat), 502, 'upstream_error');
    server.close();
    upstream = await startFakeUpstream(gateway.upstreamPort);
  });
});
