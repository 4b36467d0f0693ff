import { describe, expect, it } from 'vitest';
import { ingress as fromAnthropic } from '../../../lambdas/providers/anthropic/ingress/codec.ts';
import { egress } from '../../../lambdas/providers/openai/codec.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const base = { model: 'x', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
const send = (more: object, provider = 'openai', model = 'gpt-4.1') =>
  translateRequest(fromAnthropic, egress, { provider, model }, { ...base, ...more });
const refusal = (more: object, provider = 'openai', model = 'gpt-4.1') =>
  tryTranslateRequest(fromAnthropic, egress, { provider, model }, { ...base, ...more });

const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const tools = [{ name: 'f', description: 'F', input_schema: { type: 'object', properties: {} } }];
const used = [
  { role: 'user', content: 'hi' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
    ],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] },
];

describe('a request of Anthropic’s, for OpenAI', () => {
  it('has its instructions, limit and tools where OpenAI has them', () => {
    const { body, dropped } = send({
      system: 'Be brief.',
      stream: true,
      tools,
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect(dropped).toEqual([]);
    expect(body).toEqual({
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        { type: 'function', function: { name: 'f', description: 'F', parameters: { type: 'object', properties: {} } } },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
      max_completion_tokens: 100,
    });
  });

  it('shows what a tool returned that no message of a tool can hold', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const { body } = send({
      messages: [
        ...used.slice(0, 2),
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'see' }, image] },
            { type: 'text', text: 'and?' },
          ],
        },
      ],
    });
    expect(body).toMatchObject({
      messages: [
        {},
        {},
        { role: 'tool', tool_call_id: 'toolu_1', content: 'see' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'From the tool call toolu_1:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'text', text: 'and?' },
          ],
        },
      ],
    });
  });

  it('says which of its fields are lost', () => {
    const { dropped } = send({
      top_k: 5,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      context_management: { edits: [] },
      messages: used,
      system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    });
    expect(dropped.toSorted()).toEqual([
      'cache_control',
      'context_management',
      'messages.content.thinking',
      'thinking',
      'top_k',
    ]);
  });

  it.each([
    ['a tool of Anthropic’s own', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0]'],
    ['state at Anthropic', { container: 'c_1' }, 'container'],
    ['where the data may go', { inference_geo: 'eu' }, 'inference_geo'],
    ['an answer to go on with', { messages: [...base.messages, { role: 'assistant', content: 'The' }] }, 'messages[1]'],
    [
      'a file of Anthropic’s',
      user({ type: 'document', source: { type: 'file', file_id: 'f' } }),
      'messages[0].content[0]',
    ],
    [
      'a document by its URL',
      user({ type: 'document', source: { type: 'url', url: 'https://x/y.pdf' } }),
      'messages[0].content[0]',
    ],
    ['a block newer than this', user({ type: 'hologram', data: 'x' }), 'messages[0].content[0]'],
    ['what is not right at Anthropic either', user({ type: 'image' }), 'messages[0].content[0].source'],
    ['a role that is none', { messages: [{ role: 'wizard', content: 'x' }] }, 'messages[0].role'],
  ])('is refused by name for %s', (_what, more, param) => {
    expect(refusal(more)).toBe(param);
  });

  it('names a field whatever objects have from birth', () => {
    const { dropped } = send({ constructor: 1, toString: 2 });
    expect(dropped.toSorted()).toEqual(['constructor', 'toString']);
    expect(refusal(user({ type: 'constructor' }))).toBe('messages[0].content[0]');
    expect(refusal(user({ type: '__proto__' }))).toBe('messages[0].content[0]');
  });

  it.each([
    ['gpt-4.1', { temperature: 0.5 }, undefined, ['thinking']],
    ['gpt-5', {}, 'medium', ['temperature']],
    ['o3', {}, 'medium', ['temperature']],
    ['gpt-5-chat-latest', { temperature: 0.5 }, undefined, ['thinking']],
    ['gpt-6-sol', {}, 'medium', ['temperature']],
  ])('fits the model: %s', (model, sampling, effort, lost) => {
    const { body, dropped } = send(
      { temperature: 0.5, thinking: { type: 'enabled', budget_tokens: 16_000 }, max_tokens: 32_000 },
      'openai',
      model,
    );
    expect(body).toMatchObject({ ...sampling, ...(effort !== undefined && { reasoning_effort: effort }) });
    expect(dropped).toEqual(lost);
  });

  it('does without reasoning where OpenAI takes none beside tools', () => {
    const { dropped } = send({ tools, output_config: { effort: 'max' } }, 'openai', 'gpt-5.6');
    expect(dropped).toEqual(['thinking']);
  });

  it.each([
    ['none', 'gpt-5', 'minimal'],
    ['max', 'gpt-5', 'high'],
    ['max', 'gpt-5.2', 'xhigh'],
    ['none', 'gpt-5.1', 'none'],
  ])('asks for the nearest effort: %s of %s is %s', (effort, model, expected) => {
    expect(send({ output_config: { effort } }, 'openai', model).body).toMatchObject({ reasoning_effort: expected });
  });

  it('has a schema enforced where OpenAI can', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    const format = (given: object) => send({ output_config: { format: { type: 'json_schema', schema: given } } }).body;
    expect(format(schema)).toMatchObject({ response_format: { json_schema: { schema, strict: true } } });
    expect(format({ ...schema, required: [] })).toMatchObject({ response_format: { json_schema: { strict: false } } });
  });
});

describe('a request of Anthropic’s, for a server of OpenAI’s dialect', () => {
  it.each([
    ['mistral', { max_tokens: 100, tool_choice: 'any' }],
    ['deepseek', { max_tokens: 100, tool_choice: 'required' }],
    ['groq', { max_completion_tokens: 100, tool_choice: 'required' }],
    ['somewhere', { max_tokens: 100, tool_choice: 'required' }],
  ])('is in the words of %s', (provider, expected) => {
    expect(send({ tools, tool_choice: { type: 'any' } }, provider, 'm').body).toMatchObject(expected);
  });

  it('has ids that Mistral takes, the same in call and result', () => {
    const { body } = send({ messages: used }, 'mistral', 'mistral-large');
    expect(body).toMatchObject({
      messages: [{}, { tool_calls: [{ id: 'call00001' }] }, { role: 'tool', tool_call_id: 'call00001' }],
    });
  });

  it.each([
    ['deepseek', { reasoning_content: 'hm' }],
    ['groq', { reasoning: 'hm' }],
    [
      'openrouter',
      {
        reasoning_details: [
          { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
        ],
      },
    ],
    ['mistral', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }],
  ])('gives the reasoning back as %s has it', (provider, expected) => {
    expect(send({ messages: used }, provider, 'm').body).toMatchObject({ messages: [{}, expected, {}] });
  });

  it.each([
    ['openrouter', { thinking: { type: 'enabled', budget_tokens: 2_048 } }, { reasoning: { max_tokens: 2_048 } }],
    ['deepseek', { thinking: { type: 'enabled', budget_tokens: 2_048 } }, { thinking: { type: 'enabled' } }],
    ['deepseek', { thinking: { type: 'disabled' } }, { thinking: { type: 'disabled' } }],
    ['groq', { output_config: { effort: 'low' } }, { reasoning_effort: 'low' }],
  ])('asks %s to reason in its own way', (provider, more, expected) => {
    expect(send({ max_tokens: 4_096, ...more }, provider, 'm').body).toMatchObject(expected);
  });

  it('goes on with an answer where the server can', () => {
    const messages = [...base.messages, { role: 'assistant', content: 'The' }];
    expect(send({ messages }, 'mistral', 'm').body).toMatchObject({ messages: [{}, { content: 'The', prefix: true }] });
  });

  it('keeps the marks of the cache for OpenRouter', () => {
    const marked = user({ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } });
    expect(send(marked, 'openrouter', 'anthropic/claude-sonnet-4-6').body).toMatchObject({
      messages: [{ content: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] }],
    });
  });

  it('is refused where the server has no tools', () => {
    expect(refusal({ tools }, 'perplexity', 'sonar')).toBe('tools[0]');
  });
});
