import { describe, expect, it } from 'vitest';
import { ingress as fromAnthropic } from '../../../lambdas/providers/anthropic/ingress/codec.ts';
import { egress } from '../../../lambdas/providers/bedrock/codec.ts';
import { ingress as fromOpenAi } from '../../../lambdas/providers/openai/ingress/codec.ts';
import { decodeContext } from '../../support/codecs.ts';
import { converseEvent, eventMessage } from '../../support/event-stream.ts';
import { expectOrder, gather, passAll } from '../../support/pass-events.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const claude = { provider: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };
const nova = { provider: 'bedrock', model: 'us.amazon.nova-2-lite-v1:0' };
const base = { model: 'x', max_tokens: 5_000, messages: [{ role: 'user', content: 'hi' }] };
const send = (more: object, target = claude) => translateRequest(fromAnthropic, egress, target, { ...base, ...more });
const refusal = (more: object, target = claude) =>
  tryTranslateRequest(fromAnthropic, egress, target, { ...base, ...more });

const marked = (text: string, ttl?: string) => ({
  type: 'text',
  text,
  cache_control: { type: 'ephemeral', ...(ttl && { ttl }) },
});
const tools = [
  { name: 'f', description: 'F', input_schema: { properties: {} }, strict: true, cache_control: { type: 'ephemeral' } },
];
const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const used = [
  { role: 'user', content: 'hi' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
    ],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'no', is_error: true }] },
];

describe('a request, for Converse', () => {
  it('has its parts where Bedrock has them, each mark behind what it marks', () => {
    const { body, dropped } = send({
      system: [marked('Be brief.', '1h')],
      tools,
      tool_choice: { type: 'any' },
      stop_sequences: ['x'],
      temperature: 0.5,
      messages: [...used, { role: 'user', content: 'go on' }],
    });
    expect(dropped).toEqual([]);
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ text: 'hi' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
            { toolUse: { toolUseId: 'toolu_1', name: 'f', input: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'toolu_1', content: [{ text: 'no' }], status: 'error' } },
            { text: 'go on' },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 5_000, temperature: 0.5, stopSequences: ['x'] },
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'f',
              description: 'F',
              inputSchema: { json: { type: 'object', properties: {} } },
              strict: true,
            },
          },
          { cachePoint: { type: 'default' } },
        ],
        toolChoice: { any: {} },
      },
    });
  });

  it('goes to the model’s own path, whatever its name', () => {
    const encoded = egress.encodeRequest(
      { dialect: 'openai', model: 'x', messages: [], tools: [], isStreamed: true, wantsUsage: false, extras: {} },
      { provider: 'bedrock', model: 'arn:aws:bedrock:us-east-1:1:x/../y?z' },
    );
    expect(encoded).toMatchObject({
      value: { value: { path: '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax%2F..%2Fy%3Fz/converse-stream' } },
    });
  });

  it.each([
    [
      claude,
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
    ],
    [
      { ...claude, model: 'anthropic.claude-opus-4-6-v1' },
      { output_config: { effort: 'low' } },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'low' } },
    ],
    [nova, { output_config: { effort: 'max' } }, { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } }],
    [{ ...nova, model: 'openai.gpt-oss-120b-1:0' }, { output_config: { effort: 'low' } }, { reasoning_effort: 'low' }],
    [nova, { top_k: 5 }, { inferenceConfig: { topK: 5 } }],
    [claude, { top_k: 5 }, { top_k: 5 }],
  ])('says to each model’s maker what Converse has no word for: %j %j', (target, more, expected) => {
    expect(send(more, target).body).toMatchObject({ additionalModelRequestFields: expected });
  });

  it('has an answer follow a schema', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    expect(send({ output_config: { format: { type: 'json_schema', schema } } }).body).toMatchObject({
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema) } } },
      },
    });
  });

  it('names tools that were used, and offers none that are not', () => {
    expect(send({ messages: used }).body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: 'f' } }] } });
    expect(send({ tools, tool_choice: { type: 'none' } }).text).not.toContain('toolConfig');
    expect(refusal({ tools, tool_choice: { type: 'none' }, messages: used })).toBe('tool_choice');
  });

  it('shows images and files, each document by a name of its own', () => {
    const pdf = (title: string) => ({
      type: 'document',
      title,
      source: { type: 'base64', media_type: 'application/pdf', data: 'AA' },
    });
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'BB' } };
    const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' } };
    expect(send(user(pdf('a/b (1).pdf'), pdf('a b (1)'), image, text)).body).toMatchObject({
      messages: [
        {
          content: [
            { document: { format: 'pdf', name: 'a b (1)', source: { bytes: 'AA' } } },
            { document: { name: 'a b (1) 2' } },
            { image: { format: 'webp', source: { bytes: 'BB' } } },
            { document: { format: 'txt', name: 'document', source: { bytes: 'w6k=' } } },
          ],
        },
      ],
    });
  });

  it.each([
    [
      'an image that lies elsewhere',
      user({ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }),
      'messages[0].content[0]',
    ],
    [
      'a document that lies elsewhere',
      user({ type: 'document', source: { type: 'url', url: 'https://x/y.pdf' } }),
      'messages[0].content[0]',
    ],
    [
      'a file of another form',
      user({ type: 'document', source: { type: 'base64', media_type: 'application/zip', data: 'AA' } }),
      'messages[0].content[0]',
    ],
    ['a tool of Anthropic’s own', { tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools[0]'],
  ])('is refused by name for %s', (_what, more, param) => {
    expect(refusal(more)).toBe(param);
  });

  it('says which of its fields are lost', () => {
    const { dropped } = send(
      {
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        tools,
        metadata: { user_id: 'u' },
        cache_control: { type: 'ephemeral' },
      },
      nova,
    );
    expect(dropped.toSorted()).toEqual(['cache_control', 'metadata.user_id', 'tool_choice.disable_parallel_tool_use']);
    const openAi = translateRequest(fromOpenAi, egress, nova, {
      model: 'x',
      seed: 1,
      frequency_penalty: 1,
      messages: [
        { role: 'user', name: 'n', content: 'x' },
        { role: 'system', content: 'late' },
      ],
    });
    expect(openAi.dropped.toSorted()).toEqual(['frequency_penalty', 'messages.name', 'messages.role', 'seed']);
  });
});

const decode = (...messages: Buffer[]) => passAll(egress.decodeStream(decodeContext), [Buffer.concat(messages)]);
const textDelta = (text: string) =>
  converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text }, p: 'abc' });
const stop = (stopReason: string) => converseEvent('messageStop', { stopReason });
const exception = (type: string, value: object) =>
  eventMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(value),
  );

describe('a stream of Converse', () => {
  it('tells thoughts, words, calls and usage', () => {
    const events = decode(
      converseEvent('messageStart', { role: 'assistant' }),
      converseEvent('contentBlockDelta', { delta: { reasoningContent: { text: 'hm' } }, contentBlockIndex: 0 }),
      converseEvent('contentBlockDelta', { delta: { reasoningContent: { signature: 'sig' } }, contentBlockIndex: 0 }),
      converseEvent('contentBlockStop', { contentBlockIndex: 0 }),
      converseEvent('contentBlockDelta', {
        delta: { reasoningContent: { redactedContent: 'UkVE' } },
        contentBlockIndex: 1,
      }),
      converseEvent('contentBlockStop', { contentBlockIndex: 1 }),
      textDelta('yes'),
      textDelta(''),
      converseEvent('contentBlockStop', { contentBlockIndex: 2 }),
      converseEvent('contentBlockStart', { start: { toolUse: { toolUseId: 't1', name: 'f' } }, contentBlockIndex: 3 }),
      converseEvent('contentBlockDelta', { delta: { toolUse: { input: '{"a":' } }, contentBlockIndex: 3 }),
      converseEvent('contentBlockDelta', { delta: { toolUse: { input: '1}' } }, contentBlockIndex: 3 }),
      converseEvent('contentBlockStop', { contentBlockIndex: 3 }),
      converseEvent('contentBlockStart', { start: { toolUse: { toolUseId: 't2', name: 'g' } }, contentBlockIndex: 4 }),
      converseEvent('contentBlockStop', { contentBlockIndex: 4 }),
      converseEvent('hologram', { x: 1 }),
      stop('tool_use'),
      converseEvent('metadata', {
        usage: {
          inputTokens: 5,
          outputTokens: 7,
          totalTokens: 22,
          cacheReadInputTokens: 4,
          cacheWriteInputTokens: 6,
          cacheDetails: [{ ttl: '1h', inputTokens: 2 }],
        },
      }),
    );
    expectOrder(events);
    expect(gather(events)).toEqual({
      model: 'm',
      choices: [
        {
          index: 0,
          parts: [
            { type: 'reasoning', text: 'hm', seal: { origin: 'anthropic', kind: 'signature', value: 'sig' } },
            {
              type: 'reasoning',
              text: '',
              seal: { origin: 'anthropic', kind: 'encrypted', value: 'UkVE', id: 'bedrock' },
            },
            { type: 'text', text: 'yes' },
            { type: 'tool_call', id: 't1', name: 'f', input: '{"a":1}' },
            { type: 'tool_call', id: 't2', name: 'g', input: '{}' },
          ],
          finish: { reason: 'tool_calls' },
        },
      ],
      usage: {
        inputTokens: 15,
        cachedInputTokens: 4,
        cacheWriteTokens: 6,
        cacheWriteHourTokens: 2,
        audioInputTokens: 0,
        outputTokens: 7,
        reasoningTokens: 0,
        audioOutputTokens: 0,
      },
    });
  });

  it.each([
    ['throttlingException', 'rate_limit'],
    ['modelStreamErrorException', 'server'],
    ['serviceUnavailableException', 'overloaded'],
    ['validationException', 'invalid_request'],
  ])('ends with the provider’s error: %s', (type, kind) => {
    const events = decode(textDelta('a'), exception(type, { message: 'Too many tokens' }), textDelta('b'));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind, message: 'Too many tokens' } });
  });

  it('is an error where it ends before the answer does, or says what is no JSON', () => {
    expect(decode(textDelta('a')).at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_error' } });
    const garbled = eventMessage({ ':event-type': 'contentBlockDelta', ':message-type': 'event' }, '{"delta":');
    expect(decode(textDelta('a'), garbled, stop('end_turn')).at(-1)).toMatchObject({ type: 'error' });
  });
});

describe('an error of Bedrock’s', () => {
  it.each([
    [400, { message: 'The text field in the ContentBlock object is blank.' }, 'invalid_request', /blank/],
    [403, { message: 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized' }, 'permission', /^(?!.*arn)/],
    [404, { message: 'Could not resolve the foundation model' }, 'not_found', /resolve/],
    [424, { message: 'The model failed' }, 'server', /model failed/],
    [429, { message: 'Too many requests' }, 'rate_limit', /Too many/],
    [
      400,
      { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Rate exceeded' },
      'rate_limit',
      /exceeded/,
    ],
    [503, '<html>', 'overloaded', /overloaded/],
  ])('%i is understood', (status, body, kind, message) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    expect(egress.decodeError(status, bytes)).toMatchObject({ kind, status, message: expect.stringMatching(message) });
  });
});
