// Responses as bytes on a connection, in every form that HTTP/1.1 allows them.
import fc from 'fast-check';

export interface BytesAndMeaning {
  readonly bytes: Buffer;
  readonly status: number;
  readonly body: Buffer;
  /** Only the end of the connection ends it. */
  readonly untilClose: boolean;
  readonly saysClose: boolean;
}

const fieldName = fc
  .stringMatching(/^[A-Za-z][\w!#$%&'*+.^`|~-]{0,11}$/)
  .filter(
    (name) => !/^(content-length|transfer-encoding|connection|keep-alive|trailer|upgrade|__proto__)$/i.test(name),
  );
const fieldValue = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 \t:;,="/', '\u00e4', '\u00ff'),
  maxLength: 20,
});
const field = fc.tuple(fieldName, fieldValue).map(([name, value]) => `${name}:${value}\r\n`);
const fields = fc.array(field, { maxLength: 5 }).map((lines) => lines.join(''));
const anyCase = (text: string) => fc.constantFrom(text, text.toUpperCase(), text.toLowerCase());

const content = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
const status = fc.constantFrom(200, 201, 400, 404, 429, 500, 503, 599);

interface Framed {
  readonly lines: string;
  readonly sent: Buffer;
}

function chunk(piece: Buffer, extension: string): Buffer {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n')]);
}

function toChunks(body: Buffer, sizes: readonly number[], extension: string, trailers: string): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= body.length) break;
    pieces.push(chunk(body.subarray(at, at + size), extension));
    at += size;
  }
  if (at < body.length) pieces.push(chunk(body.subarray(at), ''));
  return Buffer.concat([...pieces, Buffer.from(`0\r\n${trailers}\r\n`, 'latin1')]);
}

function framings(body: Buffer): fc.Arbitrary<Framed> {
  const sized = anyCase('Content-Length').map((name) => ({ lines: `${name}: ${body.length}\r\n`, sent: body }));
  const chunked = fc
    .record({
      name: anyCase('Transfer-Encoding'),
      value: anyCase('chunked'),
      sizes: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 8 }),
      extension: fc.constantFrom('', ';a', ';a=b', ';a="b c"'),
      trailers: fc.constantFrom('', 'X-Sum: 1\r\n', 'A: b\r\nC: d\r\n'),
    })
    .map(({ name, value, sizes, extension, trailers }) => ({
      lines: `${name}: ${value}\r\n`,
      sent: toChunks(body, sizes, extension, trailers),
    }));
  const untilClose = fc.constant({ lines: '', sent: body });
  return fc.oneof(sized, chunked, untilClose);
}

/** Heads that only go before the one that counts. */
const interim = fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');

/** One whole response. */
export const someResponse: fc.Arbitrary<BytesAndMeaning> = fc
  .record({
    interim,
    status,
    content,
    before: fields,
    after: fields,
    closing: fc.constantFrom('', 'close', 'keep-alive'),
  })
  .chain((parts) =>
    framings(parts.content).map(({ lines, sent }): BytesAndMeaning => {
      const connection = parts.closing === '' ? '' : `Connection: ${parts.closing}\r\n`;
      const head = `${parts.interim}HTTP/1.1 ${parts.status} Some Reason\r\n${parts.before}${lines}${connection}${parts.after}\r\n`;
      return {
        bytes: Buffer.concat([Buffer.from(head, 'latin1'), sent]),
        status: parts.status,
        body: parts.content,
        untilClose: lines === '',
        saysClose: parts.closing === 'close',
      };
    }),
  );

/** The bytes in the pieces in which a network may deliver them. */
export function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((left, right) => left - right);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], end));
}

export const somePlaces = fc.array(fc.nat({ max: 5_000 }), { maxLength: 30 });
