import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayFault, refuse } from '../../lambdas/domain/errors.ts';
import type { StreamAnswer, Usage } from '../../lambdas/domain/upstream/chat-provider.ts';
import { relayStream } from '../../lambdas/operations/relay-stream.ts';
import { watchMs } from '../../lambdas/operations/watch-policy.ts';
import { accountRecord, keyRecord } from '../support/memory-ports.ts';
import { toBytes, toText } from '../support/text.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const usage: Usage = {
  inputTokens: 5,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 20,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};
const allowed = { ok: true, value: { key: keyRecord, account: accountRecord } } as const;

/** One event a second, for so many seconds; then the usage, and the failure. */
function streamOf(seconds: number, failure?: Error, reported: Usage | 'none' = usage): StreamAnswer {
  return {
    kind: 'stream',
    status: 200,
    headers: {},
    async deliver(write, noteUsage) {
      for (let second = 0; second < seconds; second += 1) {
        await new Promise((done) => setTimeout(done, 1_000));
        await write(toBytes(`data: ${second}\n\n`));
      }
      if (reported !== 'none') noteUsage(reported);
      if (failure !== undefined) throw failure;
    },
  };
}

function start(answer: StreamAnswer, identifyAnew: Parameters<typeof relayStream>[1]) {
  const written: string[] = [];
  const relay = relayStream(answer, identifyAnew, 'openai');
  const delivered = relay.deliver((chunk) => void written.push(toText(chunk)));
  return { relay, written, delivered };
}

describe('a running stream', () => {
  it('goes on to its end while the policy lets it, and asks no more then', async () => {
    const identifyAnew = vi.fn(async () => allowed);
    const { relay, written, delivered } = start(streamOf(10), identifyAnew);
    await vi.advanceTimersByTimeAsync(10_000);
    await delivered;
    expect(written).toHaveLength(10);
    expect(await relay.end()).toEqual({ usage, isWhole: true });
    expect(identifyAnew).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a revoked key ends within five seconds with an error event, and its usage is known all the same', async () => {
    let isRevoked = false;
    const { relay, written, delivered } = start(streamOf(20), async () =>
      isRevoked ? refuse('key_disabled', 'revoked') : allowed,
    );
    await vi.advanceTimersByTimeAsync(2_500);
    isRevoked = true;
    await vi.advanceTimersByTimeAsync(5_000);
    await delivered;
    expect(watchMs).toBeLessThan(5_000);
    const last = written.at(-1) ?? '';
    expect(JSON.parse(last.slice('data: '.length))).toMatchObject({ error: { code: 'key_disabled' } });
    const length = written.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(written).toHaveLength(length);
    expect(await relay.end()).toEqual({ usage, isWhole: true });
  });

  it('is not ended by a store that cannot be read: its caller was let in', async () => {
    const { written, delivered } = start(streamOf(10), () => Promise.reject(new GatewayFault('service_unavailable')));
    await vi.advanceTimersByTimeAsync(10_000);
    await delivered;
    expect(written).toHaveLength(10);
  });

  it.each([
    ['it did not', 'none' as const],
    ['it did, before it broke', usage],
  ])('that breaks tells the client; its usage is known if the provider told it: %s', async (_case, reported) => {
    const broken = streamOf(2, new GatewayFault('upstream_error'), reported);
    const { relay, written, delivered } = start(broken, async () => allowed);
    const failed = expect(delivered).rejects.toMatchObject({ code: 'upstream_error' });
    await vi.advanceTimersByTimeAsync(3_000);
    await failed;
    expect(written.at(-1)).toContain('"upstream_error"');
    expect(await relay.end()).toEqual({ usage: reported === 'none' ? undefined : reported, isWhole: false });
  });
});

describe('a stream that nobody takes', () => {
  it('is read to its end, as it is paid for, and asks nobody whether it may', async () => {
    const identifyAnew = vi.fn(async () => allowed);
    const ended = relayStream(streamOf(10), identifyAnew, 'openai').end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await ended).toEqual({ usage, isWhole: true });
    expect(identifyAnew).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and that breaks has no usage but what was reported', async () => {
    const ended = relayStream(
      streamOf(1, new GatewayFault('upstream_timeout'), 'none'),
      async () => allowed,
      'openai',
    ).end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ended).toEqual({ usage: undefined, isWhole: false });
  });
});
