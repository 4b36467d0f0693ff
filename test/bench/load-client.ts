// A closed loop on bare sockets: so many connections, each sending its next request when it has its answer.
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { readContentLength, splitHead } from './http-head.ts';

export interface Load {
  readonly port: number;
  /** One whole request, head and body. */
  readonly request: Buffer;
  readonly concurrency: number;
  readonly durationMs: number;
  /** Ends it before its time. @default - no limit */
  readonly maxRequests?: number;
  /** Over which the connections start, one after the other. @default 0 */
  readonly spreadMs?: number;
}

/** One entry per request, milliseconds since it was sent. */
export interface Timings {
  readonly firstByteMs: number[];
  readonly totalMs: number[];
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** Tells when one response is whole. Throws where it is not a 200. */
function createReader(): { take: (piece: Buffer) => 'head' | 'body' | 'end' } {
  let partialHead = Buffer.alloc(0);
  let inBody = false;
  let missing: number | undefined;
  let tail: Buffer = Buffer.alloc(0);

  /** The canned bodies hold no last chunk inside, so the end of the bytes tells the end of the body. */
  function takeBody(body: Buffer): 'head' | 'body' | 'end' {
    if (body.length === 0 && missing !== 0) return 'head';
    if (missing !== undefined) {
      missing -= body.length;
      return missing === 0 ? 'end' : 'body';
    }
    tail = body.length >= lastChunk.length ? body : Buffer.concat([tail, body]);
    return tail.subarray(-lastChunk.length).equals(lastChunk) ? 'end' : 'body';
  }

  return {
    take(piece) {
      if (inBody) return takeBody(piece);
      const split = splitHead(partialHead.length === 0 ? piece : Buffer.concat([partialHead, piece]));
      if (split === undefined) {
        partialHead = Buffer.concat([partialHead, piece]);
        return 'head';
      }
      if (!split.head.startsWith('HTTP/1.1 200')) throw new Error(`answered ${split.head.split('\r\n', 1)[0]}`);
      inBody = true;
      missing = readContentLength(split.head);
      return takeBody(split.rest);
    },
  };
}

/** Sends `request` again and again on one connection until it `isOver`, and notes each answer's times. */
function runConnection(
  socket: Socket,
  request: Buffer,
  isOver: (nowMs: number) => boolean,
  timings: Timings,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let startedMs = 0;
    let firstMs = 0;
    let reader = createReader();
    const send = () => {
      reader = createReader();
      firstMs = 0;
      startedMs = performance.now();
      socket.write(request);
    };
    socket.on('data', (piece: Buffer) => {
      try {
        const state = reader.take(piece);
        if (state === 'head') return;
        const nowMs = performance.now();
        if (firstMs === 0) firstMs = nowMs;
        if (state !== 'end') return;
        timings.firstByteMs.push(firstMs - startedMs);
        timings.totalMs.push(nowMs - startedMs);
        if (isOver(nowMs)) resolve();
        else send();
      } catch (error) {
        reject(error);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed before its answer was whole')));
    send();
  });
}

async function openConnection(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** Throws on the first answer that is not a whole 200. */
export async function applyLoad(load: Load): Promise<Timings> {
  const { port, request, concurrency, durationMs, maxRequests = Number.POSITIVE_INFINITY, spreadMs = 0 } = load;
  const timings: Timings = { firstByteMs: [], totalMs: [] };
  const sockets = await Promise.all(Array.from({ length: concurrency }, () => openConnection(port)));
  const endMs = performance.now() + durationMs;
  const isOver = (nowMs: number) => nowMs >= endMs || timings.totalMs.length >= maxRequests;
  try {
    await Promise.all(
      sockets.map(async (socket, index) => {
        if (spreadMs > 0) await wait((spreadMs * index) / concurrency);
        await runConnection(socket, request, isOver, timings);
      }),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return timings;
}
