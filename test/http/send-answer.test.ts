import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendAnswer } from '../../lambdas/http/send-answer.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const elapsedMs = () => Date.now();
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

describe('an answer', () => {
  it('that is whole is begun, written and ended', async () => {
    const sink = createMemorySink();
    await sendAnswer({ status: 418, headers: { a: 'b' }, body: toBytes('tea') }, sink, elapsedMs);
    expect(sink).toMatchObject({ status: 418, headers: { a: 'b' }, text: 'tea', ended: true });
  });

  it('gets a comment for every 15 s of silence, and none while it speaks', async () => {
    const sink = createMemorySink();
    const body = async (write: (chunk: Uint8Array) => void | Promise<void>) => {
      for (let second = 0; second < 30; second += 1) {
        await sleep(1_000);
        await write(toBytes('.'));
      }
      await sleep(47_000);
      await write(toBytes('!'));
    };
    const sent = sendAnswer({ status: 200, headers: {}, body }, sink, elapsedMs);
    await vi.runAllTimersAsync();
    await sent;
    const comments = sink.text.match(/: keep-alive\n\n/g) ?? [];
    expect(sink.text.startsWith('.'.repeat(30))).toBe(true);
    expect(sink.text.endsWith('!')).toBe(true);
    expect(comments).toHaveLength(3);
    expect(sink.ended).toBe(true);
  });

  it('is ended, and its timer stopped, where its delivery fails', async () => {
    const sink = createMemorySink();
    const failing = sendAnswer(
      { status: 200, headers: {}, body: () => Promise.reject(new Error('broken')) },
      sink,
      elapsedMs,
    );
    await expect(failing).rejects.toThrow('broken');
    expect(sink.ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
