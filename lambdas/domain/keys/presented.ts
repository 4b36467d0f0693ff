import type { Connection } from './check-connection.ts';

/** What a request shows of who sends it. */
export interface Presented extends Connection {
  /** As presented, undefined where none was. Never log it. */
  readonly key: string | undefined;
}
