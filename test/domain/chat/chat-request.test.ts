import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChatRequest } from '../../../lambdas/domain/chat/chat-request.ts';

const minimal = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };

function refusalOf(value: unknown) {
  const outcome = parseChatRequest(value);
  return outcome.ok ? undefined : outcome.refusal;
}

describe('a chat request', () => {
  it('is accepted as it is, with every field that the gateway does not know', () => {
    const request = {
      ...minimal,
      brand_new_field: { deep: [1, 2] },
      messages: [{ role: 'user', content: 'hi', other: 1 }],
    };
    expect(parseChatRequest(request)).toEqual({ ok: true, value: request });
  });

  it('may say null wherever OpenAI lets it', () => {
    const request = {
      ...minimal,
      stream: null,
      stream_options: null,
      max_tokens: null,
      temperature: null,
      tools: null,
      stop: null,
    };
    expect(parseChatRequest(request).ok).toBe(true);
  });

  it('may leave out the type of a tool, as the clients of Mistral do', () => {
    expect(parseChatRequest({ ...minimal, tools: [{ function: { name: 'look_up' } }] }).ok).toBe(true);
  });

  it.each([
    ['no model', { messages: minimal.messages }, 'missing_model', 'model'],
    ['an empty model', { ...minimal, model: '' }, 'missing_model', 'model'],
    ['a model that is no string', { ...minimal, model: 7 }, 'invalid_request', 'model'],
    ['no messages', { model: 'm' }, 'invalid_request', 'messages'],
    ['an empty list of messages', { ...minimal, messages: [] }, 'invalid_request', 'messages'],
    ['messages that are no list', { ...minimal, messages: 'hi' }, 'invalid_request', 'messages'],
    ['a message that is no object', { ...minimal, messages: ['hi'] }, 'invalid_request', 'messages[0]'],
    ['a message without a role', { ...minimal, messages: [{ content: 'hi' }] }, 'invalid_request', 'messages[0].role'],
    [
      'a number for content',
      { ...minimal, messages: [{ role: 'user', content: 7 }] },
      'invalid_request',
      'messages[0].content',
    ],
    ['a string for stream', { ...minimal, stream: 'yes' }, 'invalid_request', 'stream'],
    [
      'a string for include_usage',
      { ...minimal, stream_options: { include_usage: 'yes' } },
      'invalid_request',
      'stream_options.include_usage',
    ],
    ['half a token', { ...minimal, max_tokens: 1.5 }, 'invalid_request', 'max_tokens'],
    ['minus one token', { ...minimal, max_completion_tokens: -1 }, 'invalid_request', 'max_completion_tokens'],
    ['a tool whose type is a number', { ...minimal, tools: [{ type: 1 }] }, 'invalid_request', 'tools[0].type'],
  ])('with %s is refused, and the field is named', (_case, value, code, param) => {
    expect(refusalOf(value)).toMatchObject({ code, param });
  });

  it('is never quoted in its own refusal, and never throws', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('model', 'messages', 'stream', 'stop', 'n', 'tools'), fc.jsonValue()),
        (value) => {
          const canary = 'c4n4ry-7f3a';
          const refusal = refusalOf({ ...value, temperature: canary, user: canary });
          expect(JSON.stringify(refusal)).not.toContain(canary);
          expect(refusal).toBeDefined();
        },
      ),
    );
  });
});
