import type { Write } from './upstream/chat-provider.ts';

/** What an operation answers, whatever host carries it. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or handed over piece by piece. Once a delivery has begun it does not throw: what fails is told in its body. */
  readonly body: Uint8Array | ((write: Write) => Promise<void>);
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
