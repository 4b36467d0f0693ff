import type { ResponseSink } from '../../lambdas/http/gateway-request.ts';
import { toText } from './text.ts';

export interface MemorySink extends ResponseSink {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: unknown;
  readonly ended: boolean;
}

/** Keeps an answer, and holds the writer to the rules of a sink. */
export function createMemorySink(): MemorySink {
  const chunks: Uint8Array[] = [];
  let head: { status: number; headers: Readonly<Record<string, string>> } | undefined;
  let ended = false;
  return {
    begin(status, headers) {
      if (head !== undefined) throw new Error('begin was called twice');
      head = { status, headers };
    },
    write(chunk) {
      if (head === undefined || ended) throw new Error('write was called before begin or after end');
      chunks.push(Uint8Array.from(chunk));
    },
    end() {
      if (head === undefined || ended) throw new Error('end was called before begin or twice');
      ended = true;
    },
    get status() {
      return head?.status ?? 0;
    },
    get headers() {
      return head?.headers ?? {};
    },
    get bytes() {
      return Buffer.concat(chunks);
    },
    get text() {
      return toText(this.bytes);
    },
    get json() {
      return JSON.parse(this.text);
    },
    get ended() {
      return ended;
    },
  };
}
