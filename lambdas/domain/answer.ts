import type { Write } from './upstream/chat-provider.ts';

/** What an operation answers, whatever host carries it. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or handed over piece by piece. What a delivery throws it has told the client already, as its last piece. */
  readonly body: Uint8Array | ((write: Write) => Promise<void>);
  /** To be called once the client has its last byte, or is known not to want it. */
  readonly settle?: () => Promise<void>;
}

/** For an answer that holds a secret. */
export const noStore = { 'cache-control': 'no-store' } as const;

const encoder = new TextEncoder();

export function answerJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: encoder.encode(JSON.stringify(value)),
  };
}
