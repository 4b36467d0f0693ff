import { describe, expect, it } from 'vitest';
import { egress as toAnthropic } from '../../../lambdas/providers/anthropic/codec.ts';
import { egress as toOpenAi } from '../../../lambdas/providers/openai/codec.ts';
import { ingress } from '../../../lambdas/providers/openai-responses/ingress/codec.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const claude = { provider: 'anthropic', model: 'claude-sonnet-4-6', maxOutputTokens: 1_000 };
const send = (body: object) => translateRequest(ingress, toAnthropic, claude, { model: 'x', ...body });
const refusal = (body: object) =>
  tryTranslateRequest(ingress, toAnthropic, claude, { model: 'x', input: 'hi', ...body });

describe('a request of Responses', () => {
  it('is a text, with instructions', () => {
    expect(send({ input: 'hi', instructions: 'Be brief.' }).body).toMatchObject({
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'hi' }],
    });
  });

  it('has what the model did in one turn in one message', () => {
    const { body, dropped } = send({
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'portcullis.anthropic.signature..sig',
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'ok', annotations: [], logprobs: [] }],
        },
        { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}', status: 'completed' },
        { type: 'function_call', call_id: 'c2', name: 'g', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'two' }] },
      ],
    });
    expect(dropped).toEqual([]);
    expect(body).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'ok' },
            { type: 'tool_use', id: 'c1' },
            { type: 'tool_use', id: 'c2' },
          ],
        },
        {
          role: 'user',
          content: [
            { tool_use_id: 'c1', content: 'one' },
            { tool_use_id: 'c2', content: 'two' },
          ],
        },
      ],
    });
  });

  it.each([
    ['an earlier answer by its id', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['a conversation', { conversation: 'conv_1' }, 'conversation'],
    ['a stored prompt', { prompt: { id: 'p' } }, 'prompt'],
    ['work behind its back', { background: true }, 'background'],
    ['a check', { moderation: { model: 'm' } }, 'moderation'],
    ['a tool of OpenAI’s', { tools: [{ type: 'web_search' }] }, 'tools[0]'],
    ['what such a tool did', { input: [{ type: 'web_search_call', id: 'w' }] }, 'input[0]'],
    ['an item by its id', { input: [{ type: 'item_reference', id: 'i' }] }, 'input[0]'],
    ['a tool of free text', { tools: [{ type: 'custom', name: 'p' }] }, 'tools[0]'],
    ['no input', { input: undefined }, 'input'],
    ['a message of no role', { input: [{ content: 'x' }] }, 'input[0].role'],
  ])('is refused by name for %s', (_what, body, param) => {
    expect(refusal(body)).toBe(param);
  });

  it('says which of its fields are lost', () => {
    const { dropped } = send({
      input: 'hi',
      truncation: 'auto',
      include: ['file_search_call.results', 'reasoning.encrypted_content'],
      store: true,
      max_tool_calls: 3,
      background: false,
    });
    expect(dropped.toSorted()).toEqual(['background', 'include', 'max_tool_calls', 'store', 'truncation']);
  });

  it('asks a server of Chat Completions for the same', () => {
    const { body } = translateRequest(
      ingress,
      toOpenAi,
      { provider: 'groq', model: 'm' },
      {
        model: 'x',
        input: [
          { role: 'developer', content: 'd' },
          { role: 'user', content: 'hi' },
        ],
        text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
        reasoning: { effort: 'low', summary: 'auto' },
        max_output_tokens: 50,
        top_logprobs: 2,
      },
    );
    expect(body).toMatchObject({
      messages: [
        { role: 'system', content: 'd' },
        { role: 'user', content: 'hi' },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
      reasoning_effort: 'low',
      max_completion_tokens: 50,
    });
  });
});
