// One HTTP/1.1 response, read off a connection as its bytes come. Strict: whoever takes a response to end elsewhere than its
// sender meant takes the next one's bytes for its own, so what is not plain is refused and never guessed at.

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a name that came twice, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The connection may carry another exchange: nothing is left on it, and the server did not say that it would close it. */
  readonly isReusable: boolean;
}

export interface ResponseLimits {
  /** Of the head, and of any that only went before it, and of trailers: all together. */
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
}

/** What came is no HTTP/1.1 response, or is larger than the limits. */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedResponse';
}

/** No folded line, no lone CR or LF, no space before a colon, no control character. */
const head =
  /^HTTP\/1\.[01] [1-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const trailer = /^[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*$/;
/** With what may come behind it, and is of no meaning here. */
const chunkSize =
  /^([\da-f]{1,8})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e]*"))?)*$/i;

const CR = 0x0d;
const LF = 0x0a;
const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);
const firstBodyBytes = 4_096;

function readHeaders(text: string): Map<string, string> {
  if (!head.test(text)) throw new MalformedResponse('not the head of a response');
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if ((name === 'content-length' || name === 'transfer-encoding') && headers.has(name)) {
      throw new MalformedResponse('its length is given twice');
    }
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

type Phase = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close' | 'whole';

export class ResponseReader {
  readonly #limits: ResponseLimits;
  #phase: Phase = 'head';
  /** A head or a line that is not whole yet. */
  #held: Buffer = nothing;
  #headBytes = 0;
  #isOld = false;
  #status = 0;
  #headers: ReadonlyMap<string, string> = new Map();
  /** With room for more than has come. */
  #body: Buffer = nothing;
  #bodyBytes = 0;
  /** Of the body, or of its chunk: still to come. */
  #missing = 0;

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /** Undefined: more is to come. `piece` is not looked at after the call. Throws MalformedResponse. */
  take(piece: Buffer): HttpResponse | undefined {
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = nothing;
    let at = 0;
    for (let next = this.#step(bytes, at); next !== undefined; next = this.#step(bytes, at)) {
      at = next;
      if (this.#phase === 'whole') return this.#finish(at === bytes.length);
    }
    return undefined;
  }

  /** The connection has ended. Undefined: before the response had. */
  end(): HttpResponse | undefined {
    return this.#phase === 'until-close' ? this.#finish(false) : undefined;
  }

  /** Where the next step begins; undefined: the bytes do not hold the whole of this one. */
  #step(bytes: Buffer, at: number): number | undefined {
    switch (this.#phase) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'chunk-size':
        return this.#readChunkSize(bytes, at);
      case 'chunk-end':
        return this.#readChunkEnd(bytes, at);
      case 'trailer':
        return this.#readTrailer(bytes, at);
      case 'sized':
      case 'chunk':
        return this.#readBody(bytes, at);
      case 'until-close':
        return this.#readOn(bytes, at);
      case 'whole':
        return undefined;
    }
  }

  /** Until the rest of the line has come. A copy, as the piece's memory is used again. */
  #hold(bytes: Buffer, at: number): undefined {
    this.#allowHead(bytes.length - at);
    this.#held = Buffer.from(bytes.subarray(at));
  }

  /** How much of a head there is with so many bytes more. */
  #allowHead(bytes: number): number {
    const sum = this.#headBytes + bytes;
    if (sum > this.#limits.maxHeadBytes) throw new MalformedResponse('a head too large');
    return sum;
  }

  #readHead(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(headEnd, at);
    if (end === -1) return this.#hold(bytes, at);
    this.#headBytes = this.#allowHead(end + headEnd.length - at);
    const text = bytes.toString('latin1', at, end);
    const headers = readHeaders(text);
    const status = Number(text.slice(9, 12));
    this.#isOld = text.startsWith('HTTP/1.0');
    if (status >= 200) {
      this.#status = status;
      this.#headers = headers;
      this.#phase = this.#beginBody();
    } else if (status === 101 || this.#isOld) {
      // Any other interim response only goes before the one that counts.
      throw new MalformedResponse('another protocol, which nobody asked for');
    }
    return end + headEnd.length;
  }

  #beginBody(): Phase {
    if (this.#status === 204 || this.#status === 304) return 'whole';
    const coding = this.#headers.get('transfer-encoding');
    const length = this.#headers.get('content-length');
    if (coding !== undefined) {
      if (length !== undefined) throw new MalformedResponse('its length is given in two ways');
      if (this.#isOld || coding.toLowerCase() !== 'chunked') throw new MalformedResponse('an unknown coding');
      return 'chunk-size';
    }
    if (length === undefined) return 'until-close';
    if (!/^\d{1,15}$/.test(length)) throw new MalformedResponse('its length is no number');
    this.#missing = Number(length);
    this.#makeRoom(this.#missing);
    return this.#missing === 0 ? 'whole' : 'sized';
  }

  /** For so many bytes more. */
  #makeRoom(bytes: number): void {
    const needed = this.#bodyBytes + bytes;
    if (needed > this.#limits.maxBodyBytes) throw new MalformedResponse('a body too large');
    if (needed <= this.#body.length) return;
    const isKnown = this.#phase === 'head';
    const larger = Buffer.allocUnsafe(isKnown ? needed : Math.max(needed, 2 * this.#body.length, firstBodyBytes));
    this.#body.copy(larger, 0, 0, this.#bodyBytes);
    this.#body = larger;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    this.#bodyBytes += bytes.copy(this.#body, this.#bodyBytes, start, end);
  }

  #readBody(bytes: Buffer, at: number): number | undefined {
    const end = Math.min(bytes.length, at + this.#missing);
    if (end === at) return undefined;
    this.#keep(bytes, at, end);
    this.#missing -= end - at;
    if (this.#missing === 0) this.#phase = this.#phase === 'sized' ? 'whole' : 'chunk-end';
    return end;
  }

  #readOn(bytes: Buffer, at: number): undefined {
    this.#makeRoom(bytes.length - at);
    this.#keep(bytes, at, bytes.length);
  }

  #readChunkSize(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1) return this.#hold(bytes, at);
    const [, digits] = chunkSize.exec(bytes.toString('latin1', at, end)) ?? [];
    if (digits === undefined) throw new MalformedResponse('not the size of a chunk');
    this.#missing = Number.parseInt(digits, 16);
    this.#makeRoom(this.#missing);
    this.#phase = this.#missing === 0 ? 'trailer' : 'chunk';
    return end + lineEnd.length;
  }

  #readChunkEnd(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < lineEnd.length) return this.#hold(bytes, at);
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new MalformedResponse('a chunk without its end');
    this.#phase = 'chunk-size';
    return at + lineEnd.length;
  }

  #readTrailer(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1) return this.#hold(bytes, at);
    this.#headBytes = this.#allowHead(end + lineEnd.length - at);
    if (end === at) this.#phase = 'whole';
    else if (!trailer.test(bytes.toString('latin1', at, end))) throw new MalformedResponse('not a trailer');
    return end + lineEnd.length;
  }

  #finish(isAllRead: boolean): HttpResponse {
    this.#phase = 'whole';
    const isLast = this.#isOld || /\bclose\b/i.test(this.#headers.get('connection') ?? '');
    return {
      status: this.#status,
      headers: this.#headers,
      body: this.#body.subarray(0, this.#bodyBytes),
      isReusable: isAllRead && !isLast,
    };
  }
}
