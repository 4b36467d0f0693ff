import { describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { accountRecord, createMemoryPorts, keyRecord, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

/** A request at an instance that still knows the key as it was, while the store has it at the next version. */
async function serve(before: Partial<KeyRecord>) {
  const current: KeyRecord = { ...keyRecord, policyVersion: 2 };
  const loaded = { account: accountRecord, key: { ...keyRecord, ...before } };
  const ports = {
    ...createMemoryPorts({ record: current, upstreams: { demo: { builtin: 'echo' } } }),
    policies: { loadPolicy: async () => loaded, reloadPolicy: async () => ({ ...loaded, key: current }) },
  };
  const sink = createMemorySink();
  const request = {
    requestId: 'r',
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${validKey}` },
    body: toBytes(JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] })),
    sourceIp: '127.0.0.1',
    remainingMs: 60_000,
  };
  await createDataPlane(ports)(request, sink);
  return sink.status;
}

describe('the first request after a policy was loosened is served, where the one before was refused for', () => {
  const cases: readonly (readonly [string, Partial<KeyRecord>])[] = [
    ['its model', { models: ['openai/*'] }],
    ['a model without a price under a cap', { limits: { maxBudgetNano: 1_000_000_000 } }],
    ['more tokens than a minute had', { limits: { tokensPerMinute: 1 } }],
    ['having expired', { expiresAt: 1_600_000_000 }],
    ['being disabled', { status: 'disabled' }],
  ];

  it.each(cases)('%s', async (_case, before) => {
    expect(await serve(before)).toBe(200);
  });
});
