import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeClientOptions } from '../../lambdas/net/exchange-client.ts';
import { clientOf, echo, failureOf, formatAnswer, startExchanging, textOf } from '../support/exchange.ts';
import { findFreePort } from '../support/free-port.ts';
import type { RawServer, Respond } from '../support/raw-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const running: RawServer[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

async function start(respond: Respond, options: Partial<ExchangeClientOptions> = {}) {
  const started = await startExchanging(respond, options);
  running.push(started.server);
  return started;
}

const silence: Respond = () => {};

/** Answers on all connections but the first few, where `first` is done instead. */
const butFirst =
  (first: Respond, count = 1): Respond =>
  (request) =>
    request.connection < count ? first(request) : echo(request);

describe('there is no response', () => {
  it.each([
    ['the connection breaks before any of it', ''],
    ['the connection breaks within its head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['the connection breaks within its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"Item"'],
    ['the connection breaks within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{"Item"'],
    ['the last chunk is missing', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n'],
  ])('where %s, in order or not', async (_name, bytes) => {
    for (const breakOff of [
      (socket: RawServer['connections'][number]) => socket.end(bytes),
      (socket: RawServer['connections'][number]) => socket.write(bytes, () => socket.resetAndDestroy()),
    ]) {
      const { send } = await start(butFirst(({ socket }) => void breakOff(socket)));
      expect(await failureOf(send('a'))).toEqual({ failure: 'ConnectionError', isStale: false });
      expect(textOf(await send('b'))).toBe('b');
    }
  });

  it('where nobody listens', async () => {
    const send = clientOf({ url: new URL(`http://127.0.0.1:${await findFreePort()}`) });
    expect(await failureOf(send('a'))).toEqual({ failure: 'ConnectionError', isStale: false });
  });

  it('where all that may be opened at once fail, for none of those that wait either', async () => {
    const send = clientOf({ url: new URL(`http://127.0.0.1:${await findFreePort()}`) }, { maxConnections: 2 });
    const failures = await Promise.all(Array.from({ length: 7 }, () => failureOf(send('a'))));
    expect(failures).toEqual(Array(7).fill({ failure: 'ConnectionError', isStale: false }));
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['of two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['larger than the limit', 'HTTP/1.1 200 OK\r\ncontent-length: 1000001\r\n\r\n'],
  ])('where what came is %s; then its connection is given up', async (_name, bytes) => {
    const { server, send } = await start(butFirst(({ socket }) => void socket.write(bytes)));
    expect(await failureOf(send('a'))).toEqual({ failure: 'MalformedResponse', isStale: false });
    expect(textOf(await send('b'))).toBe('b');
    await waitUntil('the client closes it', () => server.connections[0]?.destroyed === true);
  });

  it('where the body ends with the connection, but that breaks', async () => {
    const { send } = await start(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhalf', () => socket.resetAndDestroy());
    });
    expect(await failureOf(send('a'))).toMatchObject({ failure: 'ConnectionError' });
  });
});

it('a body that ends with the connection is read to there', async () => {
  const { send } = await start(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\n\r\nwhole'));
  expect(textOf(await send('a'))).toBe('whole');
});

describe('a kept connection that was closed behind our back', () => {
  /** Closes without a word where another request comes. */
  const once: Respond = (request) => {
    if (request.number === 0) echo(request);
    else request.socket.resetAndDestroy();
  };

  it('is told from one that broke: nothing of an answer had come', async () => {
    const { send } = await start(once);
    await send('a');
    expect(await failureOf(send('b'))).toEqual({ failure: 'ConnectionError', isStale: true });
  });

  it('is not one that broke within an answer', async () => {
    const { send } = await start((request) => {
      if (request.number === 0) echo(request);
      else request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab');
    });
    await send('a');
    expect(await failureOf(send('b'))).toEqual({ failure: 'ConnectionError', isStale: false });
  });

  it('takes the others that lay idle with it, so that the next attempt does not meet one of them', async () => {
    const { server, send } = await start(once);
    await Promise.all([send('a'), send('b'), send('c')]);
    expect(await failureOf(send('d'))).toMatchObject({ isStale: true });
    expect(textOf(await send('e'))).toBe('e');
    expect(server.connections).toHaveLength(4);
  });
});

describe('time runs out', () => {
  const timeout = { failure: 'TimeoutError', isStale: false };

  it.each<[string, Respond]>([
    ['nothing comes', silence],
    ['the answer only trickles', ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab')],
  ])('where %s; what comes later is for nobody', async (_name, first) => {
    const { server, send } = await start(butFirst(first));
    expect(await failureOf(send('a', 40))).toEqual(timeout);
    await waitUntil('the client closes it', () => server.connections[0]?.destroyed === true);
    expect(textOf(await send('b'))).toBe('b');
  });

  it('for one that waits for a connection, and for no other', async () => {
    const held: (() => void)[] = [];
    const respond: Respond = ({ socket, body }) => void held.push(() => void socket.write(formatAnswer(body)));
    const { server, send } = await start(respond, { maxConnections: 1 });
    const first = send('first');
    const second = failureOf(send('second', 40));
    const third = send('third');
    expect(await second).toEqual(timeout);
    held.shift()?.();
    expect(textOf(await first)).toBe('first');
    await waitUntil('the third is asked', () => held.length === 1);
    held.shift()?.();
    expect(textOf(await third)).toBe('third');
    expect(server.requests.map(({ body }) => body)).toEqual(['first', 'third']);
  });

  it('for each at its own time, whatever the order in which they began', async () => {
    const { send } = await start(silence);
    const ends: string[] = [];
    const times = [
      ['slow', 160],
      ['fast', 20],
      ['middling', 90],
    ] as const;
    await Promise.all(times.map(([name, ms]) => failureOf(send(name, ms)).then(() => ends.push(name))));
    expect(ends).toEqual(['fast', 'middling', 'slow']);
  });

  it('and makes room for those that wait', async () => {
    const { send } = await start(butFirst(silence), { maxConnections: 1 });
    const lost = failureOf(send('lost', 40));
    const next = send('next');
    expect(await lost).toEqual(timeout);
    expect(textOf(await next)).toBe('next');
  });

  it('for none that was answered in time', async () => {
    const { send } = await start(echo);
    expect(textOf(await send('a', 30))).toBe('a');
    await wait(60);
    expect(textOf(await send('b', 1_000))).toBe('b');
  });
});
