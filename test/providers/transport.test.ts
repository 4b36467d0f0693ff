import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendUpstream } from '../../lambdas/providers/transport.ts';
import { answerWith, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { toBytes, toText } from '../support/text.ts';

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startFakeUpstream();
});
afterEach(() => upstream.close());

const patient = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000, totalMs: 5_000 };

function send(timeouts: Partial<typeof patient> = {}) {
  return sendUpstream({
    url: new URL(upstream.url),
    headers: { 'content-type': 'application/json' },
    body: toBytes('{}'),
    timeouts: { ...patient, ...timeouts },
  });
}

async function read(timeouts: Partial<typeof patient> = {}) {
  const pieces: Uint8Array[] = [];
  const response = await send(timeouts);
  await response.deliver((piece) => {
    pieces.push(piece);
  });
  return toText(Buffer.concat(pieces));
}

/** Long enough for a request that should not be made to arrive: the provider is on this machine. */
const settle = () => sleep(100);

describe('an exchange with a provider', () => {
  it('brings status, headers and body as they came', async () => {
    upstream.respond(answerWith(429, 'slow down', { 'content-type': 'text/plain', 'Retry-After': '7' }));
    const response = await send();
    expect(response.status).toBe(429);
    expect(response.headers).toMatchObject({ 'content-type': 'text/plain', 'retry-after': '7' });
  });

  it('hands over each piece when it comes, and waits while one is being taken', async () => {
    upstream.respond((response) => {
      response.writeHead(200);
      response.write('a');
      setTimeout(() => response.end('b'), 20);
    });
    const taken: string[] = [];
    const { deliver } = await send();
    await deliver(async (piece) => {
      await new Promise((done) => setTimeout(done, 40));
      taken.push(toText(piece));
    });
    expect(taken.join('')).toBe('ab');
  });

  it('follows no redirect', async () => {
    upstream.respond(answerWith(302, '', { location: 'http://127.0.0.1:1/' }));
    expect((await send()).status).toBe(302);
    expect(upstream.seen).toHaveLength(1);
  });

  it('fails as upstream_timeout when no answer begins in time', async () => {
    upstream.respond(() => undefined);
    await expect(send({ firstByteMs: 50 })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('fails as upstream_timeout when the body falls silent', async () => {
    upstream.respond((response) => {
      response.writeHead(200);
      response.write('a');
    });
    await expect(read({ idleMs: 50 })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('fails as upstream_timeout when the whole outlasts its time, however busy it is', async () => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('a'), 5);
      raw.socket.on('close', () => clearInterval(timer));
    });
    await expect(read({ totalMs: 100 })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('fails as upstream_error when nobody listens', async () => {
    await upstream.close();
    await expect(send()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('fails as upstream_error when the connection is cut before an answer', async () => {
    upstream.respond((_response, _request, raw) => raw.socket.destroy());
    await expect(send()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('fails as upstream_error when the body breaks off', async () => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => raw.socket.destroy());
    });
    await expect(read()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('fails as upstream_error when a chunked body ends without its last chunk', async () => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200);
      response.write('half', () => raw.socket.end());
    });
    await expect(read()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('fails as upstream_error when the answer is no HTTP', async () => {
    upstream.respond((_response, _request, raw) => raw.socket.end('SSH-2.0-surprise\r\n\r\n'));
    await expect(send()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('fails as upstream_error when the provider would speak another protocol', async () => {
    upstream.respond((_response, _request, raw) =>
      raw.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    );
    await expect(send()).rejects.toMatchObject({ code: 'upstream_error' });
  });

  it('is never repeated, also where it fails on a kept connection: the provider may have done the work', async () => {
    await read();
    upstream.respond((_response, _request, raw) => raw.socket.destroy());
    await expect(send()).rejects.toMatchObject({ code: 'upstream_error' });
    await settle();
    expect(upstream.seen).toHaveLength(2);
  });

  it('is never repeated where the answer does not begin in time on a kept connection', async () => {
    await read();
    upstream.respond(() => undefined);
    await expect(send({ firstByteMs: 50 })).rejects.toMatchObject({ code: 'upstream_timeout' });
    await settle();
    expect(upstream.seen).toHaveLength(2);
  });

  it('is never repeated where the answer turns to garbage on a kept connection', async () => {
    await read();
    upstream.respond((response, _request, raw) => {
      response.writeHead(200);
      response.write('good', () => raw.socket.write('not a chunk at all\r\n'));
    });
    await expect(read()).rejects.toMatchObject({ code: 'upstream_error' });
    await settle();
    expect(upstream.seen).toHaveLength(2);
  });

  it('does not take a client that is slow for a provider that is silent, nor forget the silence after it', async () => {
    upstream.respond((response) => {
      response.writeHead(200);
      response.write('a');
      setTimeout(() => response.write('b'), 20);
    });
    const taken: string[] = [];
    const { deliver } = await send({ idleMs: 100 });
    const delivered = deliver(async (piece) => {
      await new Promise((done) => setTimeout(done, 250));
      taken.push(toText(piece));
    });
    await expect(delivered).rejects.toMatchObject({ code: 'upstream_timeout' });
    expect(taken.join('')).toBe('ab');
  });

  it('fails, and brings nothing else down, where the taker throws', async () => {
    const { deliver } = await send();
    const delivered = deliver(() => {
      throw new TypeError('full');
    });
    await expect(delivered).rejects.toMatchObject({ code: 'internal_error' });
  });

  it('fails as upstream_timeout when a connection is not made in time', async () => {
    const mute = createServer();
    await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
    const address = mute.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = new URL(`https://127.0.0.1:${address.port}`);
    const sent = sendUpstream({ url, headers: {}, body: toBytes('{}'), timeouts: { ...patient, connectMs: 50 } });
    await expect(sent).rejects.toMatchObject({ code: 'upstream_timeout' });
    mute.close();
  });
});
