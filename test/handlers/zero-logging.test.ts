import { describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { answerWith, completion, startFakeUpstream } from '../support/fake-upstream.ts';
import { createMemoryPorts, keyRecord, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

async function serve(record: KeyRecord) {
  const upstream = await startFakeUpstream();
  upstream.respond(answerWith(200, JSON.stringify(completion)));
  const upstreams = { openai: { baseUrl: upstream.url, credential: 'required' } } as const;
  const ports = createMemoryPorts({ record, upstreams, credentials: { openai: 'sk-openai' } });
  const body = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 50 };
  const request = {
    requestId: 'req-1',
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${validKey}` },
    body: toBytes(JSON.stringify(body)),
    sourceIp: '127.0.0.1',
    remainingMs: 60_000,
  };
  const sink = createMemorySink();
  await createDataPlane(ports)(request, sink);
  await upstream.close();
  expect(sink.status).toBe(200);
  const records = [...ports.stores.kept.values()];
  return { ports, records, lines: ports.lines.map((line): object => JSON.parse(line)) };
}

const limits = { maxBudgetNano: 1_000_000_000, tokensPerMinute: 1_000 };
/** $0.15 for a million tokens in, $0.60 for a million out. */
const costNano = 9 * 150 + 2 * 600;

describe('under zero logging', () => {
  it('a record tells who pays how much, and nothing else', async () => {
    const { records } = await serve({ ...keyRecord, limits, zeroLogging: true });
    const startedAtMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    expect(records).toEqual([
      {
        schemaVersion: 1,
        requestId: 'req-1.z',
        accountId: 'acct_test',
        keyId: keyRecord.id,
        scopes: [`key:${keyRecord.id}`, 'account:acct_test'],
        amountNano: costNano,
        startedAtMs: expect.closeTo(startedAtMs, -7),
      },
    ]);
    expect((records[0]?.startedAtMs ?? 1) % 3_600_000).toBe(0);
  });

  it('no line of the log tells what was asked of whom, or how much of it', async () => {
    const { lines } = await serve({ ...keyRecord, limits, zeroLogging: true });
    const who = { keyId: keyRecord.id, accountId: 'acct_test', zeroLogging: true, amountNano: costNano };
    expect(lines).toMatchObject([{ event: 'request', requestId: 'req-1', status: 200, ...who }]);
    expect(JSON.stringify(lines)).not.toMatch(/gpt|openai|tokens|usage|stream|provider|model/i);
  });

  it('a request takes as many tokens of its minute, and as much money, as any other', async () => {
    const states = await Promise.all(
      [true, undefined].map(async (zeroLogging) => {
        const { ports } = await serve({ ...keyRecord, limits, ...(zeroLogging && { zeroLogging }) });
        return ports.stores.states.get(`key:${keyRecord.id}`);
      }),
    );
    for (const state of states) {
      expect(state).toMatchObject({ tokens: 11, requests: 1, committed: costNano, reserved: 0, open: {} });
    }
  });
});

describe('without it', () => {
  it('both tell the provider, the model and the counts', async () => {
    const { records, lines } = await serve({ ...keyRecord, limits });
    const told = { provider: 'openai', model: 'gpt-4o-mini' };
    expect(records).toMatchObject([
      { ...told, requestId: 'req-1', inputTokens: 9, outputTokens: 2, status: 'completed' },
    ]);
    expect(lines).toMatchObject([{ ...told, usage: { inputTokens: 9 } }]);
  });
});
