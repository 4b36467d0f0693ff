import type { Level, LevelOperation } from 'dynalite/db/index.js';

interface Waiting {
  readonly operations: readonly LevelOperation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Applies write sets strictly in the order in which they come, each of them whole or not at all: LevelDB writes a batch
 * as one record of its log. While one batch is being written the next ones gather, and go together as the next batch.
 */
export class GroupCommit {
  readonly #db: Pick<Level, 'batch'>;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(db: Pick<Level, 'batch'>) {
    this.#db = db;
  }

  /** Resolves when the operations are in the log of the store. */
  commit(operations: readonly LevelOperation[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ operations, resolve, reject });
    if (!this.#writing) void this.#write();
    return promise;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#db.batch(group.flatMap(({ operations }) => operations));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = false;
  }
}
