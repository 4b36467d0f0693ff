import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

export type Respond = (response: ServerResponse, request: SeenRequest, raw: IncomingMessage) => unknown;

export interface FakeUpstream {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** How the next requests are answered. */
  respond(respond: Respond): void;
  close(): Promise<void>;
}

export const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-test-2026-01-01',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
  a_field_of_tomorrow: { kept: true },
};

export const answerWith =
  (
    status: number,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
  ): Respond =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** A provider on 127.0.0.1 that does what it is told, faults included, and remembers what it was sent. */
export async function startFakeUpstream(port = 0): Promise<FakeUpstream> {
  const seen: SeenRequest[] = [];
  let respond = answerWith(200, JSON.stringify(completion));
  const server = createServer(async (raw, response) => {
    const body = await buffer(raw);
    const request = { method: raw.method ?? '', path: raw.url ?? '', headers: raw.headers, body };
    seen.push(request);
    respond(response, request, raw);
  });
  // Node's 5 s would close a kept connection while a busy machine is about to use it: a 502 that no test asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake upstream has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    seen,
    respond(next) {
      respond = next;
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
