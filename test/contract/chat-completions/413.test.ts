import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxBodyBytes } from '../../../lambdas/handlers/data-plane.ts';
import { expectRefusal } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, sendChat } from '../../support/gateway.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterAll(() => upstream.close());

/** A good request of exactly that many bytes. */
function requestOf(bytes: number): Buffer {
  const [head, tail] = ['{"model":"openai/gpt-test","messages":[{"role":"user","content":"', '"}]}'];
  return Buffer.from(`${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`);
}

describe('POST /v1/chat/completions', () => {
  it('takes the largest body that it promises to take', async () => {
    expect((await sendChat(requestOf(maxBodyBytes))).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  const refused = { status: 413, code: 'request_too_large', param: null } as const;

  it.each([
    ['one byte more than it takes', maxBodyBytes + 1],
    ['more than Lambda’s event holds', 4_800_000],
    ['more than API Gateway takes', 10 * 1024 * 1024 + 1],
    ['several times that', 30_000_000],
  ])('refuses %s as request_too_large, and forwards nothing', async (_case, bytes) => {
    expectRefusal(await sendChat(requestOf(bytes)), { ...refused, by: 'web ACL' });
    expect(upstream.seen).toHaveLength(1);
  });

  it.each([
    ['one byte more than it takes', maxBodyBytes + 1],
    ['more than Lambda’s event holds', 4_800_000],
    ['more than API Gateway takes', 10 * 1024 * 1024 + 1],
  ])('refuses %s just the same where no header tells the length', async (_case, bytes) => {
    expectRefusal(await sendChat(requestOf(bytes), { 'transfer-encoding': 'chunked' }), refused);
    expect(upstream.seen).toHaveLength(1);
  });
});
