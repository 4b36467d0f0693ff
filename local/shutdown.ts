/** What was started, to be stopped in the opposite order. */
export interface Shutdown {
  add(stop: () => Promise<void> | void): void;
  /** Stops everything, once; a step that fails does not keep the others from their turn. */
  run(): Promise<void>;
}

export function createShutdown(): Shutdown {
  const steps: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    const failures: unknown[] = [];
    for (const stop of steps.toReversed()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The gateway did not stop cleanly.');
  };
  return {
    add: (stop) => steps.push(stop),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
