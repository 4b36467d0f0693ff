// A process: the fastest upstream that Node can be. Canned bytes on bare sockets, so that what is measured is the gateway.
// It answers as a model provider (/whole, /burst, /trickle), and as a DynamoDB.
import { createServer, type Socket } from 'node:net';
import { formatHead, readContentLength, splitHead } from './http-head.ts';
import { serveMeters } from './meters.ts';
import { answerStoreCall } from './mock-store.ts';
import { streamEvents, trickleGapMs, wholeReply } from './workloads.ts';

/** What a provider usually sends along. */
const providerHeaders = {
  date: 'Sun, 22 Nov 2026 12:00:00 GMT',
  server: 'mock',
  'x-request-id': 'req_0123456789abcdef0123456789abcdef',
  'openai-processing-ms': '12',
  'openai-version': '2020-10-01',
};

function formatResponse(headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const head = formatHead('HTTP/1.1 200 OK', { ...headers, 'content-length': String(body.length) });
  return Buffer.concat([Buffer.from(head), body]);
}

const whole = formatResponse({ ...providerHeaders, 'content-type': 'application/json' }, wholeReply);

const streamHead = formatHead('HTTP/1.1 200 OK', {
  ...providerHeaders,
  'content-type': 'text/event-stream; charset=utf-8',
  'transfer-encoding': 'chunked',
});
const frames = streamEvents.map((event) => `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`);
const lastChunk = '0\r\n\r\n';
const wholeStream = Buffer.from(streamHead + frames.join('') + lastChunk);
const [firstFrame = '', ...laterFrames] = frames;
const streamStart = Buffer.from(streamHead + firstFrame);
const streamRest = laterFrames.map((frame, index) =>
  Buffer.from(index === laterFrames.length - 1 ? frame + lastChunk : frame),
);

function startTrickle(socket: Socket): void {
  socket.write(streamStart);
  let next = 0;
  const timer = setInterval(() => {
    const frame = streamRest[next];
    next += 1;
    if (frame === undefined || socket.destroyed) clearInterval(timer);
    else socket.write(frame);
  }, trickleGapMs);
}

function answer(socket: Socket, head: string, body: readonly Buffer[]): void {
  const operation = /^x-amz-target: DynamoDB_20120810\.(\w+)/im.exec(head)?.[1];
  if (operation !== undefined) socket.write(answerStoreCall(operation, Buffer.concat(body).toString('latin1')));
  else if (head.startsWith('POST /whole/')) socket.write(whole);
  else if (head.startsWith('POST /burst/')) socket.write(wholeStream);
  else if (head.startsWith('POST /trickle/')) startTrickle(socket);
  else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
}

/** One request after the other; neither the load client nor Node's agent sends the next before it has its answer. */
function serve(socket: Socket): void {
  let partialHead = Buffer.alloc(0);
  let head = '';
  let missing = 0;
  let pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => {
    let body = piece;
    if (missing === 0) {
      const split = splitHead(partialHead.length === 0 ? piece : Buffer.concat([partialHead, piece]));
      if (split === undefined) {
        partialHead = Buffer.concat([partialHead, piece]);
        return;
      }
      partialHead = Buffer.alloc(0);
      head = split.head;
      body = split.rest;
      pieces = [];
      missing = readContentLength(head) ?? 0;
    }
    pieces.push(body);
    missing -= body.length;
    if (missing === 0) answer(socket, head, pieces);
  });
  // A client that is killed between two requests is no news.
  socket.on('error', () => socket.destroy());
}

serveMeters(createServer({ noDelay: true }, serve));
