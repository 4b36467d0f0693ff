import { describe, expect, test } from 'vitest';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import type { ChainedEvent, ChainHead } from '../../lambdas/domain/audit/audit-chain.ts';
import type { AuditLogReader, StoredEvent } from '../../lambdas/domain/audit/audit-log-reader.ts';
import type { KeyCall } from '../../lambdas/domain/management-call.ts';
import { verifyAuditLogs } from '../../lambdas/operations/verify-audit-logs.ts';
import { textOf } from '../support/answer-text.ts';
import { auditEntryOf, chainAnew, headOf } from '../support/audit-world.ts';
import { accountRecord, keyRecord } from '../support/memory-ports.ts';

const tenant = accountRecord.id;
const events = chainAnew(Array.from({ length: 9 }, (_, index) => auditEntryOf(tenant, index)));

function readerOf(stored: readonly StoredEvent[], head: ChainHead | undefined): AuditLogReader {
  return {
    async *readEvents(_tenant, { from = 0 }) {
      for (let at = from; at < stored.length; at += 4) yield stored.slice(at, at + 4);
    },
    findHead: async () => head,
    findEvent: async () => undefined,
  };
}

async function verify(stored: readonly StoredEvent[], head = headOf(events), after?: string): Promise<unknown> {
  const caller = { key: keyRecord, account: accountRecord, member: undefined, permissions: new Set<never>() };
  const actor = { type: 'iam', iam: { arn: 'arn', ip_address: '192.0.2.1' } } as const;
  const call: KeyCall = {
    ...caller,
    actor,
    identifyAnew: () => Promise.reject(new Error('not asked')),
    requestId: 'r',
    input: after === undefined ? {} : { after },
  };
  return JSON.parse(textOf(await verifyAuditLogs(call, { auditLog: readerOf(stored, head), digest: canonicalDigest })));
}

const changed = (at: number, change: Partial<ChainedEvent>) =>
  events.map((event, index) => (index === at ? { ...event, ...change } : event));

describe('verifyAuditLogs', () => {
  test('a log as it was written is intact, from its start and from any place on', async () => {
    expect(await verify(events)).toMatchObject({ status: 'intact', verified: { sequence: 9 }, first_broken: null });
    expect(await verify([], undefined)).toMatchObject({
      status: 'broken',
      first_broken: { sequence: 1, fault: 'cut' },
    });
    const [, , third] = events;
    const after = `3.${third?.hash}`;
    expect(await verify(events, headOf(events), after)).toMatchObject({ status: 'intact', verified: { sequence: 9 } });
  });

  test('events that are written meanwhile do no harm', async () => {
    expect(await verify(events, headOf(events.slice(0, 6)))).toMatchObject({
      status: 'intact',
      verified: { sequence: 6 },
    });
  });

  test.each([
    ['an edit', changed(5, { request_id: 'x' }), { sequence: 6, fault: 'edited' }],
    ['an event that is gone', events.filter((_event, index) => index !== 4), { sequence: 5, fault: 'gap' }],
    ["another tenant's", changed(1, { tenant: 'acct_other' }), { sequence: 2, fault: 'foreign' }],
    ['a cut tail', events.slice(0, 7), { sequence: 8, fault: 'cut' }],
    ['a log that is gone', [], { sequence: 1, fault: 'cut' }],
    [
      'a log written anew',
      chainAnew(Array.from({ length: 9 }, (_, index) => auditEntryOf(tenant, 50 + index))),
      { sequence: 9, fault: 'rewritten' },
    ],
  ])('%s is told by its place', async (_name, stored, first_broken) => {
    expect(await verify(stored)).toMatchObject({ status: 'broken', first_broken, next: null });
  });
});
