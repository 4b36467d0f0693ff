import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeptConnections, type Post, toPlace } from '../../lambdas/net/kept-connections.ts';

let server: Server;
let place: ReturnType<typeof toPlace>;
let connections = 0;
beforeEach(async () => {
  connections = 0;
  server = createServer((_request, response) => response.end('ok'));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  place = toPlace(new URL(`http://127.0.0.1:${address.port}/v1?a=b`));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function exchange(post: Post): Promise<void> {
  const request = post(place, {});
  const answered = new Promise<string>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => text(response).then(resolve, reject));
  });
  request.end();
  expect(await answered).toBe('ok');
  // The connection is given back when the request has closed.
  if (!request.closed) await new Promise((closed) => request.once('close', closed));
}

describe('a connection', () => {
  it('that was in use lately is used again', async () => {
    server.keepAliveTimeout = 0; // no limit, so none is told
    let nowMs = 1_000_000;
    const post = createKeptConnections({ maxSockets: 8, now: () => nowMs });
    await exchange(post);
    nowMs += 29_000;
    await exchange(post);
    expect(connections).toBe(1);
  });

  it('that has lain idle, as while the function was frozen, is not: the peer may have forgotten it', async () => {
    let nowMs = 1_000_000;
    const post = createKeptConnections({ maxSockets: 8, now: () => nowMs });
    await Promise.all([exchange(post), exchange(post), exchange(post)]);
    nowMs += 31_000;
    await exchange(post);
    expect(connections).toBe(4);
  });

  it('is given up before the server says that it will close it, so that no request crosses with its end', async () => {
    let nowMs = 1_000_000;
    server.keepAliveTimeout = 5_000;
    const post = createKeptConnections({ maxSockets: 8, now: () => nowMs });
    await exchange(post);
    nowMs += 3_900;
    await exchange(post);
    expect(connections).toBe(1);
    nowMs += 4_100;
    await exchange(post);
    expect(connections).toBe(2);
  });
});

describe('a place', () => {
  it('is what the URL says, an IPv6 address without its brackets', () => {
    expect(toPlace(new URL('https://[::1]:8443/v1?a=b'))).toEqual({
      protocol: 'https:',
      hostname: '::1',
      port: '8443',
      path: '/v1?a=b',
    });
  });
});
