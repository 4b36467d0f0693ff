/**
 * Locks by name, first come first served. A caller queues for all its names at the same moment, so that two callers meet
 * in the same order everywhere and cannot wait for each other.
 */
export class KeyLocks {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` while it alone holds every one of `names`. */
  async hold<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const unique = [...new Set(names)];
    const earlier = unique.map((name) => this.#last.get(name));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    for (const name of unique) this.#last.set(name, released);
    try {
      await Promise.all(earlier);
      return await work();
    } finally {
      release();
      for (const name of unique) if (this.#last.get(name) === released) this.#last.delete(name);
    }
  }
}
