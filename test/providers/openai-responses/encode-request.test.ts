import { describe, expect, it } from 'vitest';
import { ingress as fromAnthropic } from '../../../lambdas/providers/anthropic/ingress/codec.ts';
import { ingress as fromOpenAi } from '../../../lambdas/providers/openai/ingress/codec.ts';
import { egress } from '../../../lambdas/providers/openai-responses/codec.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const base = { model: 'x', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
const target = (model: string) => ({ provider: 'openai', model });
const send = (more: object, model = 'gpt-5.2') =>
  translateRequest(fromAnthropic, egress, target(model), { ...base, ...more });
const refusal = (more: object, model = 'gpt-5.2') =>
  tryTranslateRequest(fromAnthropic, egress, target(model), { ...base, ...more });

describe('a request of Anthropic’s, for OpenAI’s Responses', () => {
  it('is kept by nobody, and brings its reasoning along', () => {
    const { body, dropped } = send({ system: 'Be brief.', stream: true });
    expect(dropped).toEqual([]);
    expect(body).toEqual({
      model: 'gpt-5.2',
      input: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      stream: true,
      max_output_tokens: 100,
      include: ['reasoning.encrypted_content'],
      store: false,
    });
  });

  it('has each thought, word, call and result in its order', () => {
    const thought = (origin: string) => `portcullis.${origin}.encrypted.${btoa('rs_1')}.sealed`;
    const { body, dropped } = send({
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: thought('openai') },
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [
                { type: 'text', text: 'see' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
              ],
            },
            { type: 'text', text: 'and?' },
          ],
        },
      ],
    });
    expect(dropped).toEqual([]);
    expect(body).toMatchObject({
      input: [
        { role: 'user', content: 'hi' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'sealed' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'one' }, { text: 'two' }] },
        { type: 'function_call', call_id: 'toolu_1', name: 'f', arguments: '{"a":1}' },
        {
          type: 'function_call_output',
          call_id: 'toolu_1',
          output: [
            { type: 'input_text', text: 'see' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'auto' },
          ],
        },
        { role: 'user', content: 'and?' },
      ],
    });
    expect(
      send({ messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 'theirs' }] }] }),
    ).toMatchObject({
      body: { input: [] },
      dropped: ['messages.content.thinking'],
    });
  });

  it.each([
    [
      { thinking: { type: 'enabled', budget_tokens: 16_000 }, max_tokens: 32_000 },
      { reasoning: { effort: 'medium', summary: 'auto' } },
    ],
    [
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'max' } },
      { reasoning: { effort: 'xhigh' } },
    ],
    [{ thinking: { type: 'disabled' } }, { reasoning: { effort: 'none' } }],
  ])('reasons as it was asked to: %j', (more, expected) => {
    expect(send(more).body).toMatchObject(expected);
  });

  it('does not reason where the model does not', () => {
    expect(send({ thinking: { type: 'enabled', budget_tokens: 2_000 }, temperature: 0.3 }, 'gpt-4.1')).toMatchObject({
      dropped: ['thinking'],
      body: { temperature: 0.3 },
    });
  });

  it('marks the prefix where the model takes marks', () => {
    const marked = {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral' } }] }],
    };
    expect(send(marked, 'gpt-5.6').body).toMatchObject({
      input: [{ content: [{ prompt_cache_breakpoint: { mode: 'explicit' } }] }],
    });
    expect(send(marked, 'gpt-5.2').dropped).toEqual(['cache_control']);
  });

  it.each([
    [{ stop_sequences: ['x'] }, 'stop_sequences'],
    [{ messages: [...base.messages, { role: 'assistant', content: 'The' }] }, 'messages[1]'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0]',
    ],
  ])('is refused by name: %j', (more, param) => {
    expect(refusal(more)).toBe(param);
  });

  it('reads a document from where it lies', () => {
    const document = { type: 'document', source: { type: 'url', url: 'https://x/y.pdf' } };
    expect(send({ messages: [{ role: 'user', content: [document] }] }).body).toMatchObject({
      input: [{ content: [{ type: 'input_file', file_url: 'https://x/y.pdf' }] }],
    });
  });
});

describe('a request of Chat Completions, for Responses', () => {
  it('keeps a tool of free text, its calls and their results', () => {
    const { body } = translateRequest(fromOpenAi, egress, target('gpt-5.2'), {
      model: 'x',
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'patch', input: '*** Begin' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'done' },
      ],
      tools: [{ type: 'custom', custom: { name: 'patch', format: { type: 'text' } } }],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
    });
    expect(body).toMatchObject({
      input: [
        {},
        { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: '*** Begin' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
      ],
      tools: [{ type: 'custom', name: 'patch', format: { type: 'text' } }],
      tool_choice: { type: 'custom', name: 'patch' },
    });
  });
});
