import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createExpiringCache } from '../../lambdas/aws/expiring-cache.ts';

const limits = { freshMs: 60, hardEndMs: 300, retryMs: 5, maxEntries: 3 };

/** A cache over a source whose value, outage and clock the test sets. */
function setUp() {
  const source = { value: 'one' as string | undefined, down: false, loads: 0, nowMs: 1_000, gate: Promise.resolve() };
  const { get, renew } = createExpiringCache<string>({
    ...limits,
    now: () => source.nowMs,
    load: async (name) => {
      source.loads += 1;
      await source.gate;
      if (source.down) throw new Error('down');
      return source.value === undefined ? undefined : `${name}:${source.value}`;
    },
  });
  return { source, get, renew };
}

describe('createExpiringCache', () => {
  test('serves a fresh value without a look', async () => {
    const { source, get } = setUp();
    expect(await get('a')).toBe('a:one');
    source.nowMs += 59;
    expect(await get('a')).toBe('a:one');
    expect(source.loads).toBe(1);
  });

  test('takes up a new value, or its removal, once the old one is no longer fresh', async () => {
    const { source, get } = setUp();
    await get('a');
    source.value = 'two';
    source.nowMs += 60;
    expect(await get('a')).toBe('a:two');
    source.value = undefined;
    source.nowMs += 60;
    expect(await get('a')).toBeUndefined();
  });

  test('what is absent is looked for again soon', async () => {
    const { source, get } = setUp();
    source.value = undefined;
    expect(await get('a')).toBeUndefined();
    source.value = 'two';
    source.nowMs += 4;
    expect(await get('a')).toBeUndefined();
    source.nowMs += 1;
    expect(await get('a')).toBe('a:two');
    expect(source.loads).toBe(2);
  });

  test('in an outage the last value serves to its hard end and not one moment longer', async () => {
    const { source, get } = setUp();
    await get('a');
    source.down = true;
    source.nowMs += 299;
    expect(await get('a')).toBe('a:one');
    source.nowMs += 1;
    await expect(get('a')).rejects.toThrow('down');
  });

  test('in an outage the source is asked again only every so often', async () => {
    const { source, get } = setUp();
    await get('a');
    source.down = true;
    source.nowMs += 60;
    for (let count = 0; count < 10; count += 1) await get('a');
    expect(source.loads).toBe(2);
    source.nowMs += 5;
    await get('a');
    expect(source.loads).toBe(3);
  });

  test('an outage does not lengthen the life of what is absent', async () => {
    const { source, get } = setUp();
    source.value = undefined;
    await get('a');
    source.down = true;
    source.nowMs += 5;
    await expect(get('a')).rejects.toThrow('down');
  });

  test('a failure is not kept', async () => {
    const { source, get } = setUp();
    source.down = true;
    await expect(get('a')).rejects.toThrow('down');
    source.down = false;
    expect(await get('a')).toBe('a:one');
  });

  test('callers that miss together share one load, and its failure', async () => {
    const { source, get } = setUp();
    expect(await Promise.all([get('a'), get('a'), get('a')])).toEqual(['a:one', 'a:one', 'a:one']);
    expect(source.loads).toBe(1);
    source.down = true;
    source.nowMs += 300;
    const failed = await Promise.allSettled([get('a'), get('a')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(source.loads).toBe(2);
  });

  test('keeps no more entries than it may, the newest', async () => {
    const { source, get } = setUp();
    for (const name of ['a', 'b', 'c', 'd']) await get(name);
    expect(source.loads).toBe(4);
    for (const name of ['b', 'c', 'd']) await get(name);
    expect(source.loads).toBe(4);
    await get('a');
    expect(source.loads).toBe(5);
  });

  test('a renewal never gives what was read before it was asked for, and many share one', async () => {
    const { source, get, renew } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    source.gate = promise;
    const early = get('a');
    const renewals = [renew('a'), renew('a'), renew('a')];
    await Promise.resolve();
    expect(source.loads).toBe(1);
    resolve();
    await early;
    expect(await Promise.all(renewals)).toEqual(['a:one', 'a:one', 'a:one']);
    expect(source.loads).toBe(2);
    source.value = 'two';
    expect(await get('a')).toBe('a:one');
    expect(await renew('a')).toBe('a:two');
    expect(await get('a')).toBe('a:two');
    expect(source.loads).toBe(3);
  });

  test('a renewal that fails throws, and what it was to replace serves no longer', async () => {
    const { source, get, renew } = setUp();
    await get('a');
    source.down = true;
    await expect(renew('a')).rejects.toThrow('down');
    await expect(get('a')).rejects.toThrow('down');
  });

  test('whatever happens, no value outlives its hard end', async () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(200), down: fc.boolean() }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { source, get } = setUp();
        for (const { afterMs, down } of sequence) {
          source.nowMs += afterMs;
          source.down = down;
          source.value = String(source.nowMs);
          const served = await get('a').catch(() => undefined);
          if (served === undefined) continue;
          expect(source.nowMs - Number(served.slice(2))).toBeLessThan(limits.hardEndMs);
        }
      }),
    );
  });
});
