import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttemptEnd,
  type Circumstances,
  decideNext,
  mayHaveBeenBilled,
} from '../../../lambdas/domain/routing/decide-next.ts';
import { readRetryAfter } from '../../../lambdas/domain/routing/read-retry-after.ts';

const ends: fc.Arbitrary<AttemptEnd> = fc.oneof(
  fc.constant<AttemptEnd>({ kind: 'unsent' }),
  fc.constant<AttemptEnd>({ kind: 'lost' }),
  fc.record({
    kind: fc.constant('answered' as const),
    status: fc.integer({ min: 200, max: 599 }),
    retryAfterMs: fc.option(fc.nat(60_000), { nil: undefined }),
  }),
);
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  attemptsAtTarget: fc.integer({ min: 1, max: 10 }),
  attemptsLeft: fc.nat(5),
  hasNextTarget: fc.boolean(),
  leftMs: fc.nat(60_000),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const usual: Circumstances = {
  attemptsAtTarget: 1,
  attemptsLeft: 2,
  hasNextTarget: false,
  leftMs: 60_000,
  random: 0.5,
};
const answered = (status: number, retryAfterMs?: number): AttemptEnd => ({ kind: 'answered', status, retryAfterMs });

describe('what follows an attempt', () => {
  it('is nothing where none is left, and no pause that outlasts the request', () => {
    fc.assert(
      fc.property(ends, circumstances, (end, given) => {
        const next = decideNext(end, given);
        if (given.attemptsLeft === 0) expect(next).toEqual({ kind: 'return' });
        if (next.kind === 'again') expect(next.afterMs).toBeLessThan(given.leftMs);
        if (next.kind === 'next-target') expect(given.hasNextTarget).toBe(true);
      }),
    );
  });

  it('is never sooner than the provider asked for', () => {
    fc.assert(
      fc.property(fc.nat(60_000), circumstances, (askedMs, given) => {
        const next = decideNext(answered(429, askedMs), given);
        if (next.kind === 'again') expect(next.afterMs).toBeGreaterThanOrEqual(askedMs);
      }),
    );
  });

  it.each([400, 405, 413, 415, 422])('is the answer itself, for a mistake of the client’s own: %i', (status) => {
    expect(decideNext(answered(status), { ...usual, hasNextTarget: true })).toEqual({ kind: 'return' });
  });

  it.each([200, 204, 301])('is the answer itself, for one that is no error: %i', (status) => {
    expect(decideNext(answered(status), { ...usual, hasNextTarget: true })).toEqual({ kind: 'return' });
  });

  it.each([401, 403, 404])('is another target, where this one does not know us or the model: %i', (status) => {
    expect(decideNext(answered(status), { ...usual, hasNextTarget: true })).toEqual({ kind: 'next-target' });
    expect(decideNext(answered(status), usual)).toEqual({ kind: 'return' });
  });

  it.each([408, 429, 500, 502, 503, 504, 529])(
    'is another target, or the same again, where it passes: %i',
    (status) => {
      expect(decideNext(answered(status), { ...usual, hasNextTarget: true })).toEqual({ kind: 'next-target' });
      expect(decideNext(answered(status), usual)).toEqual({ kind: 'again', afterMs: 125 });
    },
  );

  it('never makes a provider do twice what it may have done: what was lost goes to another target or nowhere', () => {
    fc.assert(
      fc.property(circumstances, (given) => {
        expect(decideNext({ kind: 'lost' }, given).kind).not.toBe('again');
      }),
    );
  });

  it('may have been billed where the provider answered well or not at all, and for no error', () => {
    expect([{ kind: 'lost' } as const, answered(200)].every(mayHaveBeenBilled)).toBe(true);
    expect([{ kind: 'unsent' } as const, answered(429), answered(500), answered(400)].some(mayHaveBeenBilled)).toBe(
      false,
    );
  });
});

describe('retry-after', () => {
  const nowMs = Date.UTC(2026, 10, 25, 12);
  it.each<[string, Record<string, string>, number | undefined]>([
    ['in seconds', { 'retry-after': '3' }, 3_000],
    ['in parts of seconds', { 'retry-after': '0.25' }, 250],
    ['in milliseconds, which goes first', { 'retry-after-ms': '40.5', 'retry-after': '3' }, 41],
    ['as a date', { 'retry-after': 'Wed, 25 Nov 2026 12:00:07 GMT' }, 7_000],
    ['as a date that has passed', { 'retry-after': 'Wed, 25 Nov 2026 11:00:00 GMT' }, 0],
    ['not at all', {}, undefined],
    ['as nonsense', { 'retry-after': 'soon' }, undefined],
    ['as a negative number', { 'retry-after': '-5' }, undefined],
    ['as an absurd number', { 'retry-after': '1e400' }, undefined],
    ['as a week', { 'retry-after': '604800' }, undefined],
  ])('is read %s', (_how, headers, expected) => {
    expect(readRetryAfter(headers, nowMs)).toBe(expected);
  });
});
