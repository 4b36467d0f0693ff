import type { Socket } from 'node:net';
import type { OpenSocket } from './open-socket.ts';
import { type HttpResponse, MalformedResponse, type ResponseLimits, ResponseReader } from './response-reader.ts';

/** Why there is no response. `stale`: the connection had been closed behind our back, before anything of it was read. */
export type Failure = 'ConnectionError' | 'TimeoutError' | 'MalformedResponse';

export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly failure: Failure;
  readonly isStale: boolean;

  constructor(
    failure: Failure,
    { isStale = false, cause }: { readonly isStale?: boolean; readonly cause?: unknown } = {},
  ) {
    super(failure, { cause });
    this.failure = failure;
    this.isStale = isStale;
  }
}

/** A whole request, head and body, in one string and so in one write. */
export interface Message {
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
}

/** One request, until it has its response or will have none. */
export interface Exchange {
  readonly message: Message;
  readonly succeed: (response: HttpResponse) => void;
  readonly fail: (error: ExchangeError) => void;
}

export interface ConnectionOptions {
  readonly openSocket: OpenSocket;
  readonly limits: ResponseLimits;
  /** Unix milliseconds. The wall clock, as it alone goes on while the function is frozen. */
  readonly now: () => number;
  /** It may carry another exchange. */
  readonly onIdle: () => void;
  readonly onClosed: () => void;
}

/** Well below the idle limit of any load balancer or NAT that could forget a connection without saying so. */
const MAX_IDLE_MS = 30_000;
/** Before the server's own end of it, so that no request crosses with that. */
const MARGIN_MS = 1_000;

/** How long the connection may lie idle: what the server announced, if that is less. */
function idleMs({ headers }: HttpResponse): number {
  const seconds = /\btimeout=(\d{1,9})/i.exec(headers.get('keep-alive') ?? '')?.[1];
  return seconds === undefined ? MAX_IDLE_MS : Math.min(MAX_IDLE_MS, Number(seconds) * 1_000 - MARGIN_MS);
}

/** Carries one exchange after the other, and never two at a time. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  #reader: ResponseReader;
  #isReused = false;
  #hasAnswered = false;
  #cause: unknown;
  #idleUntilMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#reader = new ResponseReader(options.limits);
    this.#socket = options.openSocket((bytes) => this.#receive(bytes));
    this.#socket.on('error', (cause) => {
      this.#cause = cause;
    });
    this.#socket.on('end', () => this.#receiveEnd());
    this.#socket.on('close', () => {
      this.#break('ConnectionError', this.#cause);
      options.onClosed();
    });
  }

  /** Closed, or about to be, or idle for too long. */
  get isOver(): boolean {
    return this.#socket.destroyed || this.#options.now() > this.#idleUntilMs;
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reader = new ResponseReader(this.#options.limits);
    this.#hasAnswered = false;
    if (this.#isReused) this.#socket.ref();
    this.#socket.write(exchange.message.text, exchange.message.encoding);
  }

  /** Whoever waits for an answer hears nothing more. */
  destroy(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#hasAnswered = true;
    // Nobody asked: it could be taken for the answer to the next.
    if (this.#exchange === undefined) this.destroy();
    else this.#read(bytes);
  }

  #read(bytes: Buffer): void {
    try {
      const response = this.#reader.take(bytes);
      if (response !== undefined) this.#finish(response);
    } catch (cause) {
      if (!(cause instanceof MalformedResponse)) throw cause;
      this.#break('MalformedResponse', cause);
    }
  }

  #receiveEnd(): void {
    const response = this.#exchange && this.#reader.end();
    if (response !== undefined) this.#finish(response);
    this.#socket.destroy();
  }

  #finish(response: HttpResponse): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    // An answer that came before the request had left: the rest of that would go in front of the next.
    if (!response.isReusable || this.#socket.writableLength > 0) this.#socket.destroy();
    else {
      this.#isReused = true;
      this.#idleUntilMs = this.#options.now() + idleMs(response);
      this.#socket.unref();
      this.#options.onIdle();
    }
    exchange?.succeed(response);
  }

  #break(failure: Failure, cause: unknown): void {
    const exchange = this.#exchange;
    this.destroy();
    const isStale = failure === 'ConnectionError' && this.#isReused && !this.#hasAnswered;
    exchange?.fail(new ExchangeError(failure, { isStale, cause }));
  }
}
