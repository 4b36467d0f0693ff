// Requests over kept connections to one place, for a protocol of small requests and small answers. node:http's own client
// makes a stream of each request, of each answer and of each connection, and costs several times the CPU.
import { type Connection, type Exchange, ExchangeError, type Message } from './connection.ts';
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.ts';
import { createDeadlineWatch } from './deadline-watch.ts';
import type { HttpResponse } from './response-reader.ts';

export interface ExchangeClientOptions extends Omit<ConnectionPoolOptions, 'onFree'> {
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
}

/**
 * Sends one request, as soon as there is a connection for it, and resolves with its response. Throws ExchangeError. Nothing
 * is ever sent twice.
 */
export type ExchangeOnce = (message: Message, timeoutMs: number) => Promise<HttpResponse>;

interface Pending extends Exchange {
  readonly expiresAtMs: number;
  connection: Connection | undefined;
}

export function createExchangeClient({ elapsedMs, ...options }: ExchangeClientOptions): ExchangeOnce {
  const waiting: Pending[] = [];
  const pool = new ConnectionPool({
    ...options,
    onFree() {
      const [next] = waiting;
      if (next !== undefined && start(next)) waiting.shift();
    },
  });
  const deadlines = createDeadlineWatch<Pending>({
    elapsedMs,
    onExpiry(pending) {
      if (pending.connection === undefined) waiting.splice(waiting.indexOf(pending), 1);
      else pending.connection.destroy();
      pending.fail(new ExchangeError('TimeoutError'));
    },
  });

  function start(pending: Pending): boolean {
    pending.connection = pool.take();
    pending.connection?.carry(pending);
    return pending.connection !== undefined;
  }

  return (message, timeoutMs) =>
    new Promise((resolve, reject) => {
      const pending: Pending = {
        message,
        expiresAtMs: elapsedMs() + timeoutMs,
        connection: undefined,
        succeed(response) {
          deadlines.remove(pending);
          resolve(response);
        },
        fail(error) {
          deadlines.remove(pending);
          // Those that have lain idle for longer will have gone the same way.
          if (error.isStale) pool.dropIdle();
          reject(error);
        },
      };
      if (!start(pending)) waiting.push(pending);
      deadlines.add(pending);
    });
}
