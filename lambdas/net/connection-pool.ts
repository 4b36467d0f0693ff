import { Connection } from './connection.ts';
import type { OpenSocket } from './open-socket.ts';
import type { ResponseLimits } from './response-reader.ts';

export interface ConnectionPoolOptions {
  readonly openSocket: OpenSocket;
  readonly maxConnections: number;
  readonly limits: ResponseLimits;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** `take` may have one to give again. */
  readonly onFree: () => void;
}

/** Connections to one place, kept from one exchange to the next. */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #open = new Set<Connection>();
  /** The one that was in use last comes last, and is taken first: the others can grow old. */
  readonly #idle: Connection[] = [];

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** Undefined: all are busy, and there may be no more of them. */
  take(): Connection | undefined {
    while (this.#idle[0]?.isOver) this.#idle.shift()?.destroy();
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (!kept.isOver) return kept;
      kept.destroy();
    }
    return this.#open.size < this.#options.maxConnections ? this.#connect() : undefined;
  }

  dropIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  #connect(): Connection {
    const { openSocket, limits, now, onFree } = this.#options;
    const connection = new Connection({
      openSocket,
      limits,
      now,
      onIdle: () => {
        this.#idle.push(connection);
        onFree();
      },
      onClosed: () => {
        this.#open.delete(connection);
        const place = this.#idle.indexOf(connection);
        if (place !== -1) this.#idle.splice(place, 1);
        onFree();
      },
    });
    this.#open.add(connection);
    return connection;
  }
}
