interface Wake {
  readonly atMs: number;
  readonly order: number;
  readonly resume: () => void;
}

function isBefore(one: Wake, other: Wake): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** Time that passes only when all that could happen now has happened. Everything that waits, waits here. */
export class Scheduler {
  nowMs: number;
  steps = 0;
  /** A binary heap, the next to wake at its root. */
  private readonly heap: Wake[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resume) => this.push({ atMs: this.nowMs + ms, order: this.steps + this.heap.length, resume }));
  }

  /** Runs until nobody waits, or until a step throws what `check` throws. */
  async run(): Promise<void> {
    for (let wake = this.pop(); wake !== undefined; wake = this.pop()) {
      this.nowMs = wake.atMs;
      this.steps += 1;
      wake.resume();
      await new Promise<void>((settled) => setImmediate(settled));
    }
  }

  private push(wake: Wake): void {
    const { heap } = this;
    let index = heap.push(wake) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(wake, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = wake;
  }

  private pop(): Wake | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let lower = left;
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        lower = right;
      }
      if (!isBefore(lower, last)) break;
      heap[index] = lower;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
