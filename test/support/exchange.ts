import { ExchangeError, type Message } from '../../lambdas/net/connection.ts';
import { createExchangeClient, type ExchangeClientOptions } from '../../lambdas/net/exchange-client.ts';
import { createSocketOpener } from '../../lambdas/net/open-socket.ts';
import type { HttpResponse } from '../../lambdas/net/response-reader.ts';
import { type RawServer, type Respond, startRawServer } from './raw-server.ts';

export function clientOf({ url }: Pick<RawServer, 'url'>, options: Partial<ExchangeClientOptions> = {}) {
  const exchange = createExchangeClient({
    openSocket: createSocketOpener(url),
    maxConnections: 8,
    limits: { maxHeadBytes: 16_384, maxBodyBytes: 1_000_000 },
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
    ...options,
  });
  return (body = '', timeoutMs = 10_000) => exchange(toMessage(body), timeoutMs);
}

export async function startExchanging(respond: Respond, options: Partial<ExchangeClientOptions> = {}) {
  const server = await startRawServer(respond);
  return { server, send: clientOf(server, options) };
}

function toMessage(body: string): Message {
  const length = Buffer.byteLength(body);
  return { text: `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n${body}`, encoding: 'utf8' };
}

export function formatAnswer(body: string, ...lines: readonly string[]): string {
  const head = ['HTTP/1.1 200 OK', `content-length: ${Buffer.byteLength(body)}`, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

export const echo: Respond = ({ socket, body }) => void socket.write(formatAnswer(body));

export const textOf = ({ body }: HttpResponse) => body.toString();

export async function failureOf(exchange: Promise<unknown>): Promise<Pick<ExchangeError, 'failure' | 'isStale'>> {
  const error = await exchange.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof ExchangeError)) throw new Error('expected an ExchangeError', { cause: error });
  return { failure: error.failure, isStale: error.isStale };
}
