export interface Expiring {
  /** By the clock of the watch. */
  readonly expiresAtMs: number;
}

export interface DeadlineWatch<Item extends Expiring> {
  add(item: Item): void;
  remove(item: Item): void;
}

export interface DeadlineWatchOptions<Item extends Expiring> {
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
  /** Called once, when the item's time has come, and not before. */
  readonly onExpiry: (item: Item) => void;
}

/**
 * One timer for any number of deadlines. It stands at the earliest that it was set for and is not moved when that one is met,
 * so that deadlines which are hardly ever missed cost a timer in seconds, and not one each.
 */
export function createDeadlineWatch<Item extends Expiring>(options: DeadlineWatchOptions<Item>): DeadlineWatch<Item> {
  const { elapsedMs, onExpiry } = options;
  const items = new Set<Item>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ringsAtMs = Number.POSITIVE_INFINITY;

  function setFor(atMs: number): void {
    clearTimeout(timer);
    ringsAtMs = atMs;
    // Whatever is waited for keeps the process alive by itself.
    timer = setTimeout(ring, Math.max(1, Math.ceil(atMs - elapsedMs()))).unref();
  }

  function ring(): void {
    ringsAtMs = Number.POSITIVE_INFINITY;
    const nowMs = elapsedMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const item of items) {
      if (item.expiresAtMs > nowMs) earliestMs = Math.min(earliestMs, item.expiresAtMs);
      else {
        items.delete(item);
        onExpiry(item);
      }
    }
    if (earliestMs < ringsAtMs) setFor(earliestMs);
  }

  return {
    add(item) {
      items.add(item);
      if (item.expiresAtMs < ringsAtMs) setFor(item.expiresAtMs);
    },
    remove(item) {
      items.delete(item);
    },
  };
}
