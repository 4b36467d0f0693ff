import { createHook } from 'node:async_hooks';
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeClientOptions } from '../../lambdas/net/exchange-client.ts';
import { clientOf, echo, formatAnswer, startExchanging, textOf } from '../support/exchange.ts';
import { splitAt } from '../support/http-bytes.ts';
import type { RawServer, Respond } from '../support/raw-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const running: Pick<RawServer, 'stop'>[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

async function start(respond: Respond, options: Partial<ExchangeClientOptions> = {}) {
  const started = await startExchanging(respond, options);
  running.push(started.server);
  return started;
}

describe('an exchange', () => {
  it('sends the message as it is, and gives the response to it', async () => {
    const { server, send } = await start(echo);
    expect(textOf(await send('naive'))).toBe('naive');
    expect(server.requests[0]).toMatchObject({ head: 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5' });
  });

  it('goes over the connection of the last one', async () => {
    const { server, send } = await start(echo);
    for (const body of ['a', 'b', 'c']) expect(textOf(await send(body))).toBe(body);
    expect(server.connections).toHaveLength(1);
  });

  it('is never behind another that is not answered yet, and waits where there may be no more connections', async () => {
    const held: (() => void)[] = [];
    const { server, send } = await start(
      ({ socket, body }) => void held.push(() => void socket.write(formatAnswer(body))),
      { maxConnections: 3 },
    );
    const answers = ['a', 'b', 'c', 'd', 'e'].map((body) => send(body).then(textOf));
    await waitUntil('three are asked', () => held.length === 3);
    await wait(20);
    expect(server.requests).toHaveLength(3);
    for (let round = 0; round < 5; round += 1) {
      await waitUntil('another is asked', () => held.length > 0);
      held.shift()?.();
    }
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(server.connections).toHaveLength(3);
  });

  it('gets its own answer, among any number, however the answers are cut and mixed', async () => {
    const cuts = fc.sample(fc.array(fc.nat({ max: 4_000 }), { maxLength: 4 }), { numRuns: 300, seed: 11 });
    const respond: Respond = ({ socket, body }) => {
      const size = Number(body);
      const text = `${body}:${String(size % 10).repeat(size)}`;
      const chunks = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
      const whole =
        size % 3 === 0 ? `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}` : formatAnswer(text);
      void (async () => {
        for (const piece of splitAt(Buffer.from(whole), cuts[size % 300] ?? [])) {
          socket.write(piece);
          await nextTurn();
        }
      })();
    };
    const { server, send } = await start(respond, { maxConnections: 16 });
    const sizes = Array.from({ length: 400 }, (_, index) => (index * 37) % 3_001);
    const answers = await Promise.all(sizes.map((size) => send(String(size)).then(textOf)));
    expect(answers).toEqual(sizes.map((size) => `${size}:${String(size % 10).repeat(size)}`));
    expect(server.connections).toHaveLength(16);
  });

  it('costs no timer of its own', async () => {
    const { send } = await start(echo);
    await send('first');
    let timers = 0;
    const hook = createHook({
      init(_id, type) {
        if (type === 'Timeout') timers += 1;
      },
    }).enable();
    for (let count = 0; count < 50; count += 1) await send(String(count));
    hook.disable();
    expect(timers).toBeLessThanOrEqual(1);
  });
});

describe('a connection is not used again', () => {
  it.each([
    ['that the server said it would close', formatAnswer('a', 'Connection: close')],
    ['of HTTP/1.0', formatAnswer('a').replace('HTTP/1.1', 'HTTP/1.0')],
    ['with more on it than was asked for', `${formatAnswer('a')}${formatAnswer('poison')}`],
    ['with a stray line end on it', `${formatAnswer('a')}\r\n`],
  ])('%s', async (_name, bytes) => {
    const respond: Respond = ({ socket, connection, body }) =>
      void socket.write(connection === 0 ? bytes : formatAnswer(body));
    const { server, send } = await start(respond);
    expect(textOf(await send('a'))).toBe('a');
    expect(textOf(await send('b'))).toBe('b');
    expect(server.connections).toHaveLength(2);
  });

  it('on which something came that nobody asked for', async () => {
    const { server, send } = await start(echo);
    await send('a');
    server.connections[0]?.write(formatAnswer('poison'));
    await waitUntil('the client closes it', () => server.connections[0]?.destroyed === true);
    expect(textOf(await send('b'))).toBe('b');
    expect(server.connections).toHaveLength(2);
  });

  it('on which the answer came before the request had left: its rest would go in front of the next', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.pause();
        socket.write(formatAnswer('early'));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const stop = async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    running.push({ stop });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const send = clientOf({ url: new URL(`http://127.0.0.1:${address.port}`) });
    expect(textOf(await send('x'.repeat(20_000_000)))).toBe('early');
    expect(textOf(await send('small'))).toBe('early');
    expect(sockets).toHaveLength(2);
  });

  it('that has lain idle, as while the function was frozen: the peer may have forgotten it', async () => {
    let nowMs = 1_000_000;
    const { server, send } = await start(echo, { now: () => nowMs });
    await Promise.all([send('a'), send('b'), send('c')]);
    nowMs += 29_000;
    await send('d');
    expect(server.connections).toHaveLength(3);
    nowMs += 30_001;
    await send('e');
    expect(server.connections).toHaveLength(4);
    await waitUntil('the old ones are closed', () =>
      server.connections.slice(0, 3).every(({ destroyed }) => destroyed),
    );
  });

  it('that the server is about to close, by its own word', async () => {
    let nowMs = 1_000_000;
    const respond: Respond = ({ socket, body }) => void socket.write(formatAnswer(body, 'Keep-Alive: timeout=5'));
    const { server, send } = await start(respond, { now: () => nowMs });
    await send('a');
    nowMs += 3_900;
    await send('b');
    expect(server.connections).toHaveLength(1);
    nowMs += 4_100;
    await send('c');
    expect(server.connections).toHaveLength(2);
  });

  it('whose other half the server has closed', async () => {
    const { server, send } = await start(echo);
    await send('a');
    const [socket] = server.connections;
    socket?.end();
    await waitUntil('the client closes its half', () => socket?.destroyed === true);
    expect(textOf(await send('b'))).toBe('b');
    expect(server.connections).toHaveLength(2);
  });
});
