import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toChunks } from '../../../lambdas/providers/echo/stream.ts';

const chunk = z.object({ choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })) });
const stamp = { id: 'c', created: 1, model: 'demo/echo' };

function stream(text: string) {
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    audioInputTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    audioOutputTokens: 0,
  };
  const chunks = toChunks({ text, tool: undefined, usage }, stamp, false).map((value) => chunk.parse(value));
  return { chunks, said: chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? '')).join('') };
}

describe('the echo, streamed', () => {
  it('says what it was told, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(stream(text).said).toBe(text);
      }),
    );
  });

  it.each([999, 1_000, 1_001, 1_999, 50_000])('says all of %i words in a bounded number of chunks', (count) => {
    const text = Array.from({ length: count }, (_, at) => String(at)).join(' ');
    const { chunks, said } = stream(text);
    expect(said).toBe(text);
    expect(chunks.length).toBeLessThanOrEqual(1_002);
  });
});
