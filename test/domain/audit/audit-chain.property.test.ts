import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalDigest } from '../../../lambdas/crypto/canonical-digest.ts';
import {
  type ChainedEvent,
  chainEvents,
  sequenceOfId,
  verifyChain,
} from '../../../lambdas/domain/audit/audit-chain.ts';
import { type AuditEntry, auditEntry } from '../../../lambdas/domain/audit/audit-event.ts';

function entry(number: number, tenant = 'acct_1'): AuditEntry {
  return {
    schemaVersion: 1,
    id: `audit_${number}`,
    type: 'api_key.created',
    effective_at: 1_800_000_000 + number,
    actor: { type: 'iam', iam: { arn: 'arn:aws:iam::1:user/a', ip_address: '192.0.2.1' } },
    request_id: `r-${number}`,
    tenant,
    'api_key.created': { id: `key-${number}`, data: { type: 'user' } },
  };
}

/** Written in several turns, as it happens. */
function chainOf(length: number, tenant = 'acct_1'): ChainedEvent[] {
  const events: ChainedEvent[] = [];
  while (events.length < length) {
    const [last] = events.slice(-1);
    const head =
      last === undefined ? undefined : { schemaVersion: 1 as const, sequence: last.sequence, hash: last.hash };
    const turn = Math.min(1 + (events.length % 3), length - events.length);
    const entries = Array.from({ length: turn }, (_, at) => entry(events.length + at, tenant));
    events.push(...chainEvents(head, entries, canonicalDigest));
  }
  return events;
}

const verify = (events: readonly unknown[]) => verifyChain('acct_1', events, canonicalDigest);
const lengths = fc.integer({ min: 2, max: 12 });

describe('audit chain', () => {
  test('a chain as written verifies, to the head of its last event', () => {
    for (const length of [1, 2, 7, 50]) {
      const events = chainOf(length);
      expect(verify(events)).toEqual({ ok: true, head: { sequence: length, hash: events.at(-1)?.hash } });
    }
    expect(verify([])).toEqual({ ok: true, head: { sequence: 0, hash: '0'.repeat(64) } });
  });

  test('the id of an event tells its place', () => {
    expect(chainOf(4).map(({ id }) => sequenceOfId(id))).toEqual([1, 2, 3, 4]);
    for (const id of [
      '',
      'audit_1',
      'audit_00000000001_a',
      'x_000000000001_a',
      'audit_000000000001_',
      'audit_000000000001_\n',
    ]) {
      expect(sequenceOfId(id)).toBeUndefined();
    }
  });

  test('places are numbered from 1 without gaps, and each event names the hash before it', () => {
    const events = chainOf(5);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(events.slice(1).map((event) => event.previous_hash)).toEqual(events.slice(0, -1).map(({ hash }) => hash));
  });

  test('an edit of any member of any event shows, at its place', () => {
    const event = chainOf(1)[0];
    const members = Object.keys(event ?? {}).filter((name) => name !== 'hash');
    fc.assert(
      fc.property(lengths, fc.nat(), fc.constantFrom(...members), (length, seed, member) => {
        const events: object[] = chainOf(length);
        const at = seed % length;
        events[at] = { ...events[at], [member]: 'edited' };
        expect(verify(events)).toMatchObject({ ok: false, place: at + 1 });
      }),
    );
  });

  test('an added member shows, and so does a missing one', () => {
    const events = chainOf(3);
    expect(verify([events[0], { ...events[1], note: 'harmless' }, events[2]])).toMatchObject({
      place: 2,
      fault: 'edited',
    });
    const { request_id: _gone, ...rest } = chainOf(3)[1] ?? entry(0);
    expect(verify([events[0], rest, events[2]])).toMatchObject({ place: 2, fault: 'edited' });
  });

  test('an event whose hash was made anew is caught by the next one', () => {
    const events = chainOf(4);
    const [, second = events[0]] = events;
    if (second === undefined) throw new Error('no event');
    const { hash: _old, ...rest } = { ...second, effective_at: 1 };
    const forged = { ...rest, hash: canonicalDigest(rest) };
    expect(verify([events[0], forged, ...events.slice(2)])).toEqual({ ok: false, place: 3, fault: 'unlinked' });
  });

  test('a removed, repeated, swapped or foreign event shows', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (length, seed) => {
        const events = chainOf(length);
        const at = seed % (length - 1);
        expect(verify(events.toSpliced(at, 1))).toMatchObject({ ok: false, place: at + 1, fault: 'gap' });
        expect(verify(events.toSpliced(at, 0, ...events.slice(at, at + 1)))).toMatchObject({
          ok: false,
          place: at + 2,
        });
        expect(verify(events.toSpliced(at, 2, ...events.slice(at, at + 2).reverse()))).toMatchObject({ ok: false });
        expect(verify(events.toSpliced(at, 1, ...chainOf(length, 'acct_2').slice(at, at + 1)))).toEqual({
          ok: false,
          place: at + 1,
          fault: 'foreign',
        });
      }),
    );
  });

  test('a whole chain of another tenant is not this one', () => {
    expect(verify(chainOf(3, 'acct_2'))).toEqual({ ok: false, place: 1, fault: 'foreign' });
  });

  test('what is no event is named as such, and never trusted', () => {
    for (const noise of [null, 1, 'event', [], {}, { ...chainOf(1)[0], sequence: '1' }]) {
      expect(verify([noise])).toEqual({ ok: false, place: 1, fault: 'malformed' });
    }
  });

  test('the order of members does not matter to the hash: it is over the canonical form', () => {
    const events = chainOf(3).map((event) => Object.fromEntries(Object.entries(event).reverse()));
    expect(verify(events)).toMatchObject({ ok: true });
  });

  test('an entry carries the details of its own type, and no others', () => {
    const good = entry(1);
    expect(auditEntry.safeParse(good).success).toBe(true);
    expect(auditEntry.safeParse({ ...good, type: 'account.created' }).success).toBe(false);
    expect(auditEntry.safeParse({ ...good, type: 'api_key.exploded' }).success).toBe(false);
  });
});

describe('canonicalDigest', () => {
  test('is the SHA-256 of the RFC 8785 form', () => {
    // printf '{"a":[true,null],"b":1e+30,"é":"\\u000f"}' | sha256sum
    expect(canonicalDigest({ é: '\u000f', b: 1e30, a: [true, null] })).toBe(
      '3aee2e9a2436e1e36fb5c6aef7546535b4d9ab5a858e8707b42fa18ae99dc078',
    );
  });

  test('what is no JSON has no digest', () => {
    expect(() => canonicalDigest({ a: Number.NaN })).toThrow();
    expect(() => canonicalDigest({ a: Number.POSITIVE_INFINITY })).toThrow();
  });
});
