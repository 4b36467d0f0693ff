export interface ExpiringCacheOptions<Value> {
  /** Undefined: there is none. */
  readonly load: (name: string) => Promise<Value | undefined>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A value is served this long without a look. */
  readonly freshMs: number;
  /** A value is served this long where no newer one can be had, and never longer. */
  readonly hardEndMs: number;
  /** After a failed look, or one that found nothing, the next one waits this long. */
  readonly retryMs: number;
  readonly maxEntries: number;
}

interface Entry<Value> {
  readonly value: Value | undefined;
  readonly freshUntilMs: number;
  readonly endsAtMs: number;
}

export interface ExpiringCache<Value> {
  /** Throws what `load` threw, where nothing is kept that could stand in. */
  get(name: string): Promise<Value | undefined>;
  /** Whatever is kept: from a load that began after this call. Throws what `load` threw. */
  renew(name: string): Promise<Value | undefined>;
}

/** Keeps what `load` gives for a short time. Callers that miss together wait for one load. */
export function createExpiringCache<Value>(options: ExpiringCacheOptions<Value>): ExpiringCache<Value> {
  const { load, now, freshMs, hardEndMs, retryMs, maxEntries } = options;
  const entries = new Map<string, Entry<Value>>();
  const loading = new Map<string, Promise<Value | undefined>>();

  function keep(name: string, entry: Entry<Value>): void {
    entries.delete(name);
    entries.set(name, entry);
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  }

  async function look(name: string): Promise<Value | undefined> {
    const askedAtMs = now();
    try {
      const value = await load(name);
      const lasting = value === undefined ? { freshMs: retryMs, endMs: retryMs } : { freshMs, endMs: hardEndMs };
      keep(name, { value, freshUntilMs: askedAtMs + lasting.freshMs, endsAtMs: askedAtMs + lasting.endMs });
      return value;
    } catch (error) {
      const last = entries.get(name);
      if (last === undefined || last.endsAtMs <= now()) {
        entries.delete(name);
        throw error;
      }
      keep(name, { ...last, freshUntilMs: now() + retryMs });
      return last.value;
    }
  }

  /** One load at a time. */
  function join(name: string): Promise<Value | undefined> {
    const running = loading.get(name);
    if (running !== undefined) return running;
    const started = look(name).finally(() => loading.delete(name));
    loading.set(name, started);
    return started;
  }

  return {
    async get(name) {
      const entry = entries.get(name);
      const isFresh = entry !== undefined && now() < Math.min(entry.freshUntilMs, entry.endsAtMs);
      return isFresh ? entry.value : join(name);
    },
    async renew(name) {
      const running = loading.get(name);
      if (running !== undefined) await Promise.allSettled([running]);
      entries.delete(name);
      return join(name);
    },
  };
}
