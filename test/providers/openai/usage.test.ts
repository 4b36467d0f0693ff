import { describe, expect, it } from 'vitest';
import { readUsage } from '../../../lambdas/providers/openai/usage.ts';

const nothing = {
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

describe('reported usage', () => {
  it('is read with every detail that is priced', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 20, audio_tokens: 30, text_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 15, audio_tokens: 5 },
    };
    expect(readUsage({ usage })).toEqual({
      inputTokens: 100,
      cachedInputTokens: 10,
      cacheWriteTokens: 20,
      audioInputTokens: 30,
      outputTokens: 50,
      reasoningTokens: 15,
      audioOutputTokens: 5,
    });
  });

  it('counts reasoning as output where the provider left it out of the completion', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect(readUsage({ usage })).toMatchObject({ outputTokens: 105, reasoningTokens: 100 });
  });

  it.each([null, -1, 0.5, 1e300, '7', [], { cached_tokens: -4 }])('survives the absurd detail %j', (absurd) => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: absurd, total_tokens: absurd };
    expect(readUsage({ usage })).toEqual({ ...nothing, inputTokens: 3, outputTokens: 2 });
    const inside = { prompt_tokens: 3, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: absurd } };
    expect(readUsage({ usage: inside })).toEqual({ ...nothing, inputTokens: 3, outputTokens: 2 });
  });

  it.each([undefined, null, -1, 0.5, Number.NaN, 1e12, '3', {}])(
    'is unknown, not zero, with a total of %j',
    (absurd) => {
      expect(readUsage({ usage: { prompt_tokens: absurd, completion_tokens: 2 } })).toBeUndefined();
      expect(readUsage({ usage: { prompt_tokens: 2, completion_tokens: absurd } })).toBeUndefined();
    },
  );

  it.each([undefined, null, 1, 'x', [], {}, { usage: null }])('is unknown in %j', (completion) => {
    expect(readUsage(completion)).toBeUndefined();
  });
});
