import { describe, expect, it } from 'vitest';
import { egress } from '../../../lambdas/providers/anthropic/codec.ts';
import { ingress as fromOpenAi } from '../../../lambdas/providers/openai/ingress/codec.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const base = { model: 'x', messages: [{ role: 'user', content: 'hi' }] };
const sonnet = 'claude-sonnet-4-6';
const target = (model: string) => ({ provider: 'anthropic', model, maxOutputTokens: 64_000 });
const send = (more: object, model = sonnet) =>
  translateRequest(fromOpenAi, egress, target(model), { ...base, ...more });
const refusal = (more: object, model = sonnet) =>
  tryTranslateRequest(fromOpenAi, egress, target(model), { ...base, ...more });

const call = (id: string, args = '{}') => ({ id, type: 'function', function: { name: 'f', arguments: args } });
const tools = [{ type: 'function', function: { name: 'f', parameters: { properties: {} } } }];

describe('a request of OpenAI’s, for Anthropic', () => {
  it('has a limit, as Anthropic insists on one', () => {
    expect(send({}).body).toMatchObject({ max_tokens: 64_000 });
    expect(send({ max_tokens: 7 }).body).toMatchObject({ max_tokens: 7 });
    expect(translateRequest(fromOpenAi, egress, { provider: 'anthropic', model: sonnet }, base).body).toMatchObject({
      max_tokens: 4_096,
    });
  });

  it('has the results of parallel calls in one message, and what the user adds behind', () => {
    const { body } = send({
      messages: [
        ...base.messages,
        {
          role: 'assistant',
          content: null,
          tool_calls: [call('call_1', '{"a":12345678901234567890}'), call('call_2')],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'one' },
        { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'two' }] },
        { role: 'user', content: 'go on' },
      ],
      tools,
    });
    expect(body).toMatchObject({
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_1', name: 'f' },
            { type: 'tool_use', id: 'call_2', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: 'one' },
            { type: 'tool_result', tool_use_id: 'call_2', content: 'two' },
          ],
        },
        { role: 'user', content: 'go on' },
      ],
      tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
    });
  });

  it('keeps every digit of an argument', () => {
    const { text } = send({
      messages: [...base.messages, { role: 'assistant', tool_calls: [call('c', '{"id":12345678901234567890}')] }],
    });
    expect(text).toContain('"input":{"id":12345678901234567890}');
  });

  it('keeps arguments that are no JSON as what they are, and says so', () => {
    const { body, dropped } = send({
      messages: [...base.messages, { role: 'assistant', tool_calls: [call('c', '{"a":')] }],
    });
    expect(body).toMatchObject({ messages: [{}, { content: [{ input: { arguments: '{"a":' } }] }] });
    expect(dropped).toEqual(['messages.tool_calls.function.arguments']);
  });

  it('says which of its fields are lost', () => {
    const { dropped } = send({
      frequency_penalty: 1,
      presence_penalty: 1,
      seed: 1,
      logit_bias: { '1': 1 },
      store: true,
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      verbosity: 'low',
      service_tier: 'flex',
      brand_new: 1,
      messages: [
        {
          role: 'user',
          name: 'bob',
          content: [{ type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } }],
        },
      ],
    });
    expect(dropped.toSorted()).toEqual([
      'brand_new',
      'frequency_penalty',
      'logit_bias',
      'messages.content.image_url.detail',
      'messages.name',
      'metadata',
      'presence_penalty',
      'prompt_cache_key',
      'seed',
      'service_tier',
      'store',
      'verbosity',
    ]);
  });

  it('says nothing of what makes no difference', () => {
    expect(
      send({ n: 1, store: false, frequency_penalty: 0, presence_penalty: 0, response_format: { type: 'text' } })
        .dropped,
    ).toEqual([]);
  });

  it.each([
    ['several choices', { n: 2 }, 'n'],
    ['log probabilities', { logprobs: true }, 'logprobs'],
    ['any JSON', { response_format: { type: 'json_object' } }, 'response_format'],
    ['a spoken answer', { modalities: ['text', 'audio'] }, 'modalities'],
    ['a search', { web_search_options: {} }, 'web_search_options'],
    ['old functions', { functions: [] }, 'functions'],
    ['a tool of free text', { tools: [{ type: 'custom', custom: { name: 'g' } }] }, 'tools[0]'],
    [
      'something heard',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }] }] },
      'messages[0].content[0]',
    ],
    [
      'a file of OpenAI’s',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'messages[0].content[0]',
    ],
    [
      'a file that Claude cannot read',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'file', file: { filename: 'a.docx', file_data: 'data:application/msword;base64,AA' } }],
          },
        ],
      },
      'messages[0].content[0]',
    ],
    ['a result of no call', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    ['no messages', { messages: [] }, 'messages'],
  ])('is refused by name for %s', (_what, more, param) => {
    expect(refusal(more)).toBe(param);
  });

  it('has the instructions in front, and later ones where the model takes them', () => {
    const messages = [
      { role: 'system', content: 'one' },
      { role: 'developer', content: 'two' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'ho' },
      { role: 'system', content: 'three' },
      { role: 'user', content: 'go' },
    ];
    const older = send({ messages });
    expect(older.body).toMatchObject({
      system: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
      messages: [{}, {}, { role: 'user' }],
    });
    expect(older.dropped).toEqual(['messages.role']);
    const newer = send({ messages }, 'claude-opus-4-8');
    expect(newer.body).toMatchObject({
      system: [{ text: 'one' }, { text: 'two' }],
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'user', content: 'go' },
        { role: 'system', content: 'three' },
      ],
    });
    const stuck = send({ messages: [...messages.slice(2, 4), { role: 'system', content: 'late' }] }, 'claude-opus-4-8');
    expect(stuck.body).toMatchObject({ system: 'late', messages: [{ role: 'user' }, { role: 'assistant' }] });
  });

  it('marks no more of the prefix than Anthropic takes, the last ones', () => {
    const content = [1, 2, 3, 4, 5, 6].map((n) => ({
      type: 'text',
      text: String(n),
      cache_control: { type: 'ephemeral' },
    }));
    const { body, text, dropped } = send({ messages: [{ role: 'user', content }] });
    expect(text.match(/cache_control/g)).toHaveLength(4);
    expect(body).toMatchObject({
      messages: [{ content: [{ text: '1' }, { text: '2' }, { cache_control: {} }, {}, {}, {}] }],
    });
    expect(dropped).toEqual(['prompt_cache_breakpoint']);
  });

  it.each([
    [
      sonnet,
      { reasoning_effort: 'high' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
    ],
    [sonnet, { reasoning_effort: 'minimal' }, { output_config: { effort: 'low' } }],
    [sonnet, { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    [
      'claude-sonnet-4-5',
      { reasoning_effort: 'medium', max_tokens: 10_000 },
      { thinking: { type: 'enabled', budget_tokens: 5_000 } },
    ],
    [
      'claude-sonnet-4-5',
      { reasoning_effort: 'minimal', max_tokens: 5_000 },
      { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    ],
    ['claude-sonnet-5-5', { reasoning_effort: 'none' }, { output_config: { effort: 'low' } }],
    [
      'claude-sonnet-4-5',
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
    ],
  ])('has %s think as much as was asked: %j', (model, more, expected) => {
    expect(send(more, model).body).toMatchObject(expected);
  });

  it.each([
    ['too small a limit', { max_tokens: 500 }],
    ['a tool that must be called', { tools, tool_choice: 'required' }],
    [
      'a call whose thought is not known',
      {
        messages: [
          ...base.messages,
          { role: 'assistant', tool_calls: [call('c')] },
          { role: 'tool', tool_call_id: 'c', content: 'x' },
        ],
      },
    ],
  ])('does without a budget for thoughts beside %s', (_what, more) => {
    const { text, dropped } = send({ reasoning_effort: 'high', ...more }, 'claude-sonnet-4-5');
    expect(text).not.toContain('"thinking"');
    expect(dropped).toEqual(['reasoning_effort']);
  });

  it.each([
    [sonnet, { temperature: 1.7 }, { temperature: 1 }, ['temperature']],
    [sonnet, { temperature: 0.2, top_p: 0.5 }, { temperature: 0.2 }, ['top_p']],
    [sonnet, { temperature: 0.2, reasoning_effort: 'low' }, {}, ['temperature']],
    ['claude-opus-5', { temperature: 0.2, top_p: 0.5, top_k: 3 }, {}, ['temperature', 'top_k', 'top_p']],
    ['claude-3-haiku-20240307', { temperature: 0.2, top_p: 0.5 }, { temperature: 0.2, top_p: 0.5 }, []],
  ])('steers %s as far as it lets itself be steered: %j', (model, more, expected, lost) => {
    const { body, dropped } = send(more, model);
    expect(body).toMatchObject(expected);
    expect(dropped.toSorted()).toEqual(lost);
  });

  it('gives thoughts back to whom they belong', () => {
    const details = (format: string) => [{ type: 'reasoning.text', text: 'hm', signature: 'sig', format, index: 0 }];
    const history = (reasoning_details: object) => ({
      messages: [...base.messages, { role: 'assistant', content: 'yes', reasoning_details }, ...base.messages],
    });
    expect(send(history(details('anthropic-claude-v1'))).body).toMatchObject({
      messages: [
        {},
        {
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'yes' },
          ],
        },
        {},
      ],
    });
    const foreign = send(history(details('google-gemini-v1')));
    expect(foreign.body).toMatchObject({ messages: [{}, { content: 'yes' }, {}] });
    expect(foreign.dropped).toEqual(['messages.reasoning_details']);
    const redacted = send(
      history([{ type: 'reasoning.encrypted', data: 'xyz', format: 'anthropic-claude-v1', index: 0 }]),
    );
    expect(redacted.body).toMatchObject({
      messages: [{}, { content: [{ type: 'redacted_thinking', data: 'xyz' }, {}] }, {}],
    });
  });

  it('offers only the tools that are allowed', () => {
    const two = [...tools, { type: 'function', function: { name: 'g' } }];
    const tool_choice = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'g' } }] },
    };
    expect(send({ tools: two, tool_choice }).body).toMatchObject({
      tools: [{ name: 'g' }],
      tool_choice: { type: 'any' },
    });
  });

  it('reads a file of text as text', () => {
    const file = { filename: 'a.txt', file_data: `data:text/plain;base64,${Buffer.from('héllo').toString('base64')}` };
    expect(send({ messages: [{ role: 'user', content: [{ type: 'file', file }] }] }).body).toMatchObject({
      messages: [
        {
          content: [
            { type: 'document', title: 'a.txt', source: { type: 'text', media_type: 'text/plain', data: 'héllo' } },
          ],
        },
      ],
    });
  });

  it('leaves out what shows nothing, which Anthropic refuses', () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', tool_calls: [call('c')] },
      { role: 'tool', tool_call_id: 'c', content: '' },
    ];
    expect(send({ messages }).body).toMatchObject({
      messages: [{}, { content: [{ type: 'tool_use' }] }, { content: [{ type: 'tool_result', tool_use_id: 'c' }] }],
    });
  });
});
