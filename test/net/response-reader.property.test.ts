import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HttpResponse, MalformedResponse, ResponseReader } from '../../lambdas/net/response-reader.ts';
import { somePlaces, someResponse, splitAt } from '../support/http-bytes.ts';

const limits = { maxHeadBytes: 2_000, maxBodyBytes: 10_000 } as const;

/** As off a connection: each piece in the same memory as the last. Undefined: it ended before the response had. */
function read(pieces: readonly Buffer[], within: ConstructorParameters<typeof ResponseReader>[0] = limits) {
  const reader = new ResponseReader(within);
  const memory = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)));
  for (const [index, piece] of pieces.entries()) {
    piece.copy(memory);
    const response = reader.take(memory.subarray(0, piece.length));
    memory.fill(0x21);
    if (response !== undefined) return { response, unread: Buffer.concat(pieces.slice(index + 1)).length };
  }
  const response = reader.end();
  return response && { response, unread: 0 };
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const ok = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it('is read alike however its bytes are cut, and nothing behind it is read with it', () => {
    const behind = fc.constantFrom('', 'H', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', '\r\n');
    fc.assert(
      fc.property(someResponse, somePlaces, behind, (sent, places, next) => {
        fc.pre(!(sent.untilClose && next !== ''));
        const found = read(splitAt(Buffer.concat([sent.bytes, bytesOf(next)]), places));
        expect(found?.response).toMatchObject({ status: sent.status, body: sent.body });
        const isAlone = found?.unread === next.length;
        expect(found?.response.isReusable).toBe(!sent.saysClose && !sent.untilClose && isAlone);
      }),
      { numRuns: 500 },
    );
  });

  it('is not there before its last byte', () => {
    fc.assert(
      fc.property(someResponse, somePlaces, fc.nat(), (sent, places, cut) => {
        const part = sent.bytes.subarray(0, cut % sent.bytes.length);
        const reader = new ResponseReader(limits);
        for (const piece of splitAt(part, places)) expect(reader.take(piece)).toBeUndefined();
        if (!sent.untilClose) expect(reader.end()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('gives its headers in lower case, without the space around their values', () => {
    const found = read([bytesOf(`${ok}X-Amz-Crc32:  12 \t\r\nA:b\r\na:\t\r\nContent-Length: 0\r\n\r\n`)]);
    expect([...(found?.response.headers ?? [])]).toEqual([
      ['x-amz-crc32', '12'],
      ['a', ''],
      ['content-length', '0'],
    ]);
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['204 that names a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n'],
    ['304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'],
    ['a reason that is empty', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n'],
    ['no reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'],
    ['no chunks', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ])('without a body is whole with its head: %s', (_name, text) => {
    const found = read([bytesOf(text)]);
    expect(found?.response.body).toHaveLength(0);
    expect(found?.response.isReusable).toBe(true);
  });

  it('of HTTP/1.0 is the last one of its connection', () => {
    expect(read([bytesOf('HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na')])?.response.isReusable).toBe(false);
  });
});

const smuggled: readonly (readonly [string, string])[] = [
  ['two lengths', `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
  ['the same length twice', `${ok}content-length: 1\r\ncontent-length: 1\r\n\r\na`],
  ['two lengths in one line', `${ok}content-length: 1, 1\r\n\r\na`],
  ['a length and chunks', `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${ok}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`],
  ['chunks twice', `${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a coding beside chunks', `${ok}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['another coding', `${ok}transfer-encoding: identity\r\n\r\n`],
  ['a coding of no name', `${ok}transfer-encoding:\r\n\r\n`],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a negative length', `${ok}content-length: -1\r\n\r\n`],
  ['a length with a sign', `${ok}content-length: +1\r\n\r\na`],
  ['a length in hexadecimal', `${ok}content-length: 0x1\r\n\r\na`],
  ['a length with a fraction', `${ok}content-length: 1.0\r\n\r\na`],
  ['a length that is empty', `${ok}content-length:\r\n\r\n`],
  ['a length of twenty digits', `${ok}content-length: 00000000000000000001\r\n\r\na`],
  ['a folded line', `${ok}a: b\r\n content-length: 3\r\n\r\nabc`],
  ['a folded line by a tab', `${ok}content-length:\r\n\t3\r\n\r\nabc`],
  ['one line that ends in LF alone', `${ok}a: b\ncontent-length: 1\r\n\r\na`],
  ['a lone CR in a value', `${ok}a: b\rcontent-length: 1\r\n\r\na`],
  ['a NUL in a value', `${ok}a: b\0\r\ncontent-length: 1\r\n\r\na`],
  ['a space before a colon', `${ok}content-length : 1\r\n\r\na`],
  ['a name of a space', `${ok} : 1\r\n\r\n`],
  ['a line without a colon', `${ok}content-length 1\r\n\r\n`],
  ['a name that is no token', `${ok}content{length}: 1\r\n\r\n`],
  ['a line that is empty before the head', `\r\n${ok}content-length: 0\r\n\r\n`],
  ['another protocol', 'HTTP/2 200\r\ncontent-length: 0\r\n\r\n'],
  ['a later version', 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status that is none', 'HTTP/1.1 999 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a request', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['an answer to an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\n\r\n'],
  ['a chunk of no size', `${ok}transfer-encoding: chunked\r\n\r\n\r\n`],
  ['a chunk of negative size', `${ok}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n`],
  ['a chunk whose size has a prefix', `${ok}transfer-encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`],
  ['a chunk whose size overflows', `${ok}transfer-encoding: chunked\r\n\r\n100000000000000001\r\na\r\n0\r\n\r\n`],
  ['a chunk whose size ends in LF alone', `${ok}transfer-encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
  ['a chunk longer than its size', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
  ['a chunk that ends in LF alone', `${ok}transfer-encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n`],
  ['a trailer that is no header', `${ok}transfer-encoding: chunked\r\n\r\n0\r\nnonsense\r\n\r\n`],
  ['a folded trailer', `${ok}transfer-encoding: chunked\r\n\r\n0\r\na: b\r\n c\r\n\r\n`],
];

const oversized: readonly (readonly [string, string])[] = [
  ['a head too large', `${ok}a: ${'b'.repeat(2_000)}\r\n\r\n`],
  ['a head without end', `${ok}${'a: b\r\n'.repeat(400)}`],
  ['heads without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(200)],
  ['a body too large', `${ok}content-length: 10001\r\n\r\n`],
  ['a chunk too large', `${ok}transfer-encoding: chunked\r\n\r\n2711\r\n`],
  [
    'chunks too large together',
    `${ok}transfer-encoding: chunked\r\n\r\n${`400\r\n${'a'.repeat(1_024)}\r\n`.repeat(10)}`,
  ],
  ['a chunk size without end', `${ok}transfer-encoding: chunked\r\n\r\n1;${'a'.repeat(3_000)}`],
  ['trailers without end', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(400)}`],
  ['a body without end', `${ok}\r\n${'a'.repeat(10_001)}`],
];

it('a head of lines that end in LF alone is none', () => {
  expect(read([bytesOf('HTTP/1.1 200 OK\ncontent-length: 1\n\na')])).toBeUndefined();
});

describe('what is no plain response, or more than the limits allow, is refused however it is cut', () => {
  it.each([...smuggled, ...oversized])('%s', (_name, text) => {
    const bytes = bytesOf(text);
    expect(() => read([bytes])).toThrow(MalformedResponse);
    expect(() => read([...bytes].map((byte) => Buffer.of(byte)))).toThrow(MalformedResponse);
    fc.assert(
      fc.property(somePlaces, (places) => {
        expect(() => read(splitAt(bytes, places))).toThrow(MalformedResponse);
      }),
      { numRuns: 20 },
    );
  });

  it('and not what stays within them', () => {
    const body = 'a'.repeat(10_000);
    expect(read([bytesOf(`${ok}content-length: 10000\r\n\r\n${body}`)])?.response.body).toHaveLength(10_000);
    expect(
      read([bytesOf(`${ok}transfer-encoding: chunked\r\n\r\n2710\r\n${body}\r\n0\r\n\r\n`)])?.response.body,
    ).toHaveLength(10_000);
    expect(read([bytesOf(`${ok}a: ${'b'.repeat(1_900)}\r\n\r\n`)])?.response.status).toBe(200);
  });
});

/** What node:http makes of the same bytes; undefined where it refuses them. */
function readByNode(bytes: Buffer): Promise<Pick<HttpResponse, 'status' | 'body'> | undefined> {
  return new Promise((resolve) => {
    const connection = new Duplex({
      read: () => {},
      write(_piece, _encoding, done) {
        done();
        this.push(bytes);
        this.push(null);
      },
    });
    const outgoing = request({ createConnection: () => connection, headers: { host: 'a' } }, (response) => {
      buffer(response).then(
        (body) => resolve(response.complete ? { status: response.statusCode ?? 0, body } : undefined),
        () => resolve(undefined),
      );
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.on('upgrade', () => resolve(undefined));
    outgoing.end();
  });
}

/** Byte by byte, so that what is not part of the response is left over. */
function readStrictly(bytes: Buffer): ReturnType<typeof read> {
  try {
    return read([...bytes].map((byte) => Buffer.of(byte)));
  } catch (error) {
    if (error instanceof MalformedResponse) return undefined;
    throw error;
  }
}

const damages = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom('\r', '\n', '\r\n', ' ', ':', '0', '1', 'a', '\0', ',', ';', ''), fc.boolean()),
  { minLength: 1, maxLength: 3 },
);

/** Most harm is done near the head. */
function damage(bytes: Buffer, changes: readonly (readonly [number, string, boolean])[]): Buffer {
  let text = bytes.toString('latin1');
  for (const [place, by, replaces] of changes) {
    const at = place % text.length;
    text = text.slice(0, at) + by + text.slice(replaces ? at + 1 : at);
  }
  return bytesOf(text);
}

describe('of bytes that came to harm', { timeout: 240_000 }, () => {
  it('nothing is read that another strict reader would read otherwise, or not at all', async () => {
    const seen = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(someResponse, damages, async (sent, changes) => {
        const bytes = damage(sent.bytes, changes);
        const ours = readStrictly(bytes);
        seen[ours === undefined ? 'refused' : 'read'] += 1;
        if (ours === undefined) return;
        const { status, body } = ours.response;
        expect(await readByNode(bytes.subarray(0, bytes.length - ours.unread))).toMatchObject({ status, body });
      }),
      { numRuns: process.env['PORTCULLIS_PROVE'] ? 20_000 : 600 },
    );
    expect(seen.read).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  });
});
