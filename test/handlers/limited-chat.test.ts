import { describe, expect, it } from 'vitest';
import { completion } from '../support/fake-upstream.ts';
import { completeWith, createLimitedChat } from '../support/limited-chat.ts';

describe('a minute that is full', () => {
  it('of requests is told as such', async () => {
    const { chat } = createLimitedChat({ limits: { requestsPerMinute: 1, tokensPerMinute: 1_000 } });
    expect((await chat()).status).toBe(200);
    expect((await chat()).json).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'requests' } });
  });

  it('of tokens is told as such, by the type that OpenAI has for it', async () => {
    const usage = { ...completion.usage, prompt_tokens: 900 };
    const { chat } = createLimitedChat({ limits: { requestsPerMinute: 10, tokensPerMinute: 1_000 }, usage });
    expect((await chat()).status).toBe(200);
    expect((await chat()).json).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'tokens' } });
  });

  it('of both is told as the one that takes longer to have room', async () => {
    const { chat, clock, respond } = createLimitedChat({ limits: { requestsPerMinute: 2, tokensPerMinute: 1_000 } });
    await chat();
    await chat();
    clock.nowMs += 60_000 - (clock.nowMs % 60_000);
    respond(completeWith({ prompt_tokens: 900, completion_tokens: 2 }));
    expect((await chat()).status).toBe(200);
    // Half a minute for the two requests of the last one to fade, a whole one for the tokens.
    const refused = await chat();
    expect(refused.json).toMatchObject({ error: { type: 'tokens' } });
    expect(refused.headers['retry-after-ms']).toBe('60000');
  });
});
