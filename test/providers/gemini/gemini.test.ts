import { describe, expect, it } from 'vitest';
import { ingress as fromAnthropic } from '../../../lambdas/providers/anthropic/ingress/codec.ts';
import { egress } from '../../../lambdas/providers/gemini/codec.ts';
import { ingress as fromOpenAi } from '../../../lambdas/providers/openai/ingress/codec.ts';
import { answerContext, decodeContext } from '../../support/codecs.ts';
import { decodeText, expectOrder, gather, passAll, sse } from '../../support/pass-events.ts';
import { toBytes } from '../../support/text.ts';
import { translateRequest, tryTranslateRequest } from '../../support/translate-request.ts';

const target = (model = 'gemini-3-flash') => ({ provider: 'gemini', model });
const base = { model: 'x', messages: [{ role: 'user', content: 'hi' }] };
const send = (more: object, model?: string) =>
  translateRequest(fromOpenAi, egress, target(model), { ...base, ...more });
const refusal = (more: object, model?: string) =>
  tryTranslateRequest(fromOpenAi, egress, target(model), { ...base, ...more });

const call = (id: string, signature?: string) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: '{"id":12345678901234567890}' },
  ...(signature && { extra_content: { google: { thought_signature: signature } } }),
});
const tools = [
  { type: 'function', function: { name: 'f', description: 'F', parameters: { type: 'object', properties: {} } } },
];
const used = [
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: 'ok', tool_calls: [call('c1', 'SIG'), call('c2')] },
  { role: 'tool', tool_call_id: 'c1', content: '{"a":1}' },
  { role: 'tool', tool_call_id: 'c2', content: 'two' },
];

describe('a request, for Gemini', () => {
  it('has its parts where Gemini has them', () => {
    const { text, body, dropped } = send({
      messages: [{ role: 'system', content: 'Be brief.' }, ...used],
      tools,
      tool_choice: { type: 'function', function: { name: 'f' } },
      max_tokens: 9,
      stop: 'x',
      temperature: 0.1,
      top_p: 0.2,
      seed: 3,
      n: 2,
      frequency_penalty: 0.3,
      logprobs: true,
      top_logprobs: 4,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
    });
    expect(dropped).toEqual([]);
    expect(text).toContain('"args":{"id":12345678901234567890}');
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        {
          role: 'model',
          parts: [
            { text: 'ok' },
            { functionCall: { id: 'c1', name: 'f' }, thoughtSignature: 'SIG' },
            { functionCall: { id: 'c2', name: 'f' } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'f', response: { output: '{"a":1}' } } },
            { functionResponse: { id: 'c2', name: 'f', response: { output: 'two' } } },
          ],
        },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', description: 'F', parametersJsonSchema: { type: 'object' } }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      generationConfig: {
        maxOutputTokens: 9,
        stopSequences: ['x'],
        temperature: 0.1,
        topP: 0.2,
        seed: 3,
        candidateCount: 2,
        frequencyPenalty: 0.3,
        responseLogprobs: true,
        logprobs: 4,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
      },
    });
  });

  it('has a word for a call whose signature nobody knows, where one is asked for', () => {
    const messages = [base.messages[0], { role: 'assistant', tool_calls: [call('c1'), call('c2')] }];
    const parts = [{ thoughtSignature: 'skip_thought_signature_validator' }, { functionCall: { id: 'c2' } }];
    expect(send({ messages }).body).toMatchObject({ contents: [{}, { parts }] });
    expect(send({ messages }, 'gemini-2.5-flash').text).not.toContain('thoughtSignature');
  });

  it.each([
    ['gemini-2.5-flash', { reasoning_effort: 'none' }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', { reasoning_effort: 'none' }, { thinkingBudget: 128 }, ['reasoning_effort']],
    [
      'gemini-2.5-flash',
      { reasoning_effort: 'low', max_tokens: 10_000 },
      { thinkingBudget: 2_000, includeThoughts: true },
      [],
    ],
    ['gemini-2.5-flash', { reasoning_effort: 'max' }, { thinkingBudget: 24_576 }, []],
    ['gemini-3-flash', { reasoning_effort: 'high' }, { thinkingLevel: 'high', includeThoughts: true }, []],
    ['gemini-3-pro-preview', { reasoning_effort: 'low' }, { thinkingLevel: 'low' }, []],
    ['gemini-3-flash', { reasoning_effort: 'none' }, { thinkingLevel: 'minimal' }, ['reasoning_effort']],
  ])('has %s think as much as was asked: %j', (model, more, thinkingConfig, lost) => {
    const { body, dropped } = send(more, model);
    expect(body).toMatchObject({ generationConfig: { thinkingConfig } });
    expect(dropped).toEqual(lost);
  });

  it('says which of its fields are lost', () => {
    const { dropped } = send(
      {
        frequency_penalty: 1,
        presence_penalty: 1,
        logit_bias: {},
        user: 'u',
        metadata: {},
        store: true,
        verbosity: 'low',
        parallel_tool_calls: false,
        reasoning_effort: 'low',
        tools,
        messages: [
          { role: 'user', name: 'n', content: 'x' },
          { role: 'system', content: 'late' },
        ],
      },
      'gemini-2.5-flash',
    );
    expect(dropped.toSorted()).toEqual([
      'frequency_penalty',
      'logit_bias',
      'messages.name',
      'messages.role',
      'metadata',
      'parallel_tool_calls',
      'presence_penalty',
      'store',
      'user',
      'verbosity',
    ]);
  });

  it.each([
    ['too many stops', { stop: ['1', '2', '3', '4', '5', '6'] }, 'stop'],
    ['a tool of free text', { tools: [{ type: 'custom', custom: { name: 'g' } }] }, 'tools[0]'],
    [
      'a file of OpenAI’s',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'messages[0].content[0]',
    ],
  ])('is refused by name for %s', (_what, more, param) => {
    expect(refusal(more)).toBe(param);
  });

  it('shows what a user shows, and what a tool returns', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };
    const sound = { type: 'input_audio', input_audio: { data: 'BB', format: 'mp3' } };
    const far = { type: 'image_url', image_url: { url: 'https://x/y.webp?z=1' } };
    expect(send({ messages: [{ role: 'user', content: [image, sound, far] }] }).body).toMatchObject({
      contents: [
        {
          parts: [
            { inlineData: { mimeType: 'image/png', data: 'AA' } },
            { inlineData: { mimeType: 'audio/mpeg', data: 'BB' } },
            { fileData: { mimeType: 'image/webp', fileUri: 'https://x/y.webp?z=1' } },
          ],
        },
      ],
    });
    const shown = [
      { type: 'text', text: 'see' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
    ];
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: shown, is_error: true }] },
    ];
    const returned = (model: string) =>
      translateRequest(fromAnthropic, egress, target(model), { model: 'x', max_tokens: 9, messages }).body;
    const media = { inlineData: { mimeType: 'image/png', data: 'AA' } };
    expect(returned('gemini-3-flash')).toMatchObject({
      contents: [{}, {}, { parts: [{ functionResponse: { response: { error: 'see' }, parts: [media] } }] }],
    });
    expect(returned('gemini-2.5-flash')).toMatchObject({
      contents: [{}, {}, { parts: [{ functionResponse: { response: { error: 'see' } } }, media] }],
    });
  });
});

const candidate = (parts: object[], more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  responseId: 'r',
  modelVersion: 'm',
});
const usageMetadata = {
  promptTokenCount: 10,
  candidatesTokenCount: 2,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 4,
  toolUsePromptTokenCount: 3,
};
const whole = (value: object) => egress.decodeResponse(toBytes(JSON.stringify(value)), decodeContext);
const stream = (...values: unknown[]) => decodeText(egress.decodeStream(decodeContext), sse(...values));

const answer = candidate(
  [
    { text: 'hm', thought: true, thoughtSignature: 'S0' },
    { text: 'yes', thoughtSignature: 'S1' },
    { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'S2' },
    { functionCall: { name: 'g' } },
  ],
  { finishReason: 'STOP' },
);

describe('an answer of Gemini’s', () => {
  it('says the same whole and streamed, and keeps every signature in its place', () => {
    const decoded = whole({ ...answer, usageMetadata });
    const events = stream({ ...answer, usageMetadata });
    expectOrder(events);
    expect(decoded).toEqual({ ok: true, generation: gather(events) });
    expect(gather(events)).toMatchObject({
      id: 'r',
      choices: [
        {
          parts: [
            { type: 'reasoning', text: 'hm', seal: { value: 'S0' } },
            { type: 'text', text: 'yes' },
            { type: 'reasoning', text: '', seal: { value: 'S1' } },
            { type: 'reasoning', text: '', seal: { value: 'S2' } },
            { type: 'tool_call', id: 'call_req_1_0', name: 'f', input: '{"a":1}' },
            { type: 'tool_call', id: 'call_req_1_1', name: 'g', input: '{}' },
          ],
          finish: { reason: 'tool_calls' },
        },
      ],
      usage: { inputTokens: 13, cachedInputTokens: 4, outputTokens: 7, reasoningTokens: 5 },
    });
  });

  it.each(['whole', 'streamed'])('comes back from a client with its signatures where they were, %s', (way) => {
    const events = stream(answer);
    const history = (message: object) => send({ messages: [base.messages[0], message], tools }).body;
    const expected = {
      contents: [
        {},
        {
          parts: [
            { text: 'hm', thought: true, thoughtSignature: 'S0' },
            { text: '', thoughtSignature: 'S1' },
            { text: 'yes' },
            { functionCall: { name: 'f' }, thoughtSignature: 'S2' },
            { functionCall: { name: 'g' } },
          ],
        },
      ],
    };
    if (way === 'whole') {
      const { body } = fromOpenAi.encodeResponse(gather(events), answerContext);
      const message: unknown = Reflect.get(body, 'choices')[0].message;
      expect(history(Object(message))).toMatchObject(expected);
      return;
    }
    const text = passAll(fromOpenAi.encodeStream(answerContext), events).join('');
    const chunks = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)));
    const deltas = chunks.flatMap(({ choices }) => choices.map((choice: { delta: object }) => choice.delta));
    const calls = new Map<number, { function: { arguments: string } }>();
    for (const delta of deltas) {
      for (const piece of delta.tool_calls ?? []) {
        const known = calls.get(piece.index);
        if (known === undefined) calls.set(piece.index, piece);
        else known.function.arguments += piece.function.arguments;
      }
    }
    const message = {
      role: 'assistant',
      content: deltas.map((delta) => delta.content ?? '').join(''),
      reasoning_details: deltas.flatMap((delta) => delta.reasoning_details ?? []),
      tool_calls: [...calls.values()],
    };
    expect(history(message)).toMatchObject(expected);
  });

  it('cites its sources where they stand in the text, however many bytes its letters have', () => {
    const grounded = candidate([{ text: 'Größe: é.' }], {
      finishReason: 'STOP',
      groundingMetadata: {
        groundingChunks: [{ web: { uri: 'https://x', title: 'X' } }],
        groundingSupports: [{ groundingChunkIndices: [0, 7], segment: { startIndex: 9, endIndex: 12, text: 'é.' } }],
      },
    });
    const citation = { kind: 'url', url: 'https://x', title: 'X', citedText: 'é.', textFrom: 7, textTo: 9 };
    expect(gather(stream(grounded)).choices[0]?.parts).toEqual([
      { type: 'text', text: 'Größe: é.', citations: [citation] },
    ]);
    expect(whole(grounded)).toMatchObject({ generation: { choices: [{ parts: [{ citations: [citation] }] }] } });
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'malformed'],
    ['BRAND_NEW', 'other'],
  ])('ended by %s is one of %s', (finishReason, reason) => {
    expect(whole(candidate([], { finishReason }))).toMatchObject({ generation: { choices: [{ finish: { reason } }] } });
    expect(gather(stream(candidate([{ text: 'a' }]), candidate([], { finishReason }))).choices[0]?.finish.reason).toBe(
      reason,
    );
  });

  it('of a prompt that was refused is filtered', () => {
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 3 } };
    expect(whole(blocked)).toMatchObject({
      generation: { choices: [{ finish: { reason: 'content_filter' } }], usage: { inputTokens: 3 } },
    });
    expect(gather(stream(blocked))).toMatchObject({ choices: [{ finish: { reason: 'content_filter' } }] });
  });

  it('that breaks off, is garbled, or fails is an error', () => {
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    expect(stream(candidate([{ text: 'a' }])).at(-1)).toMatchObject({ error: { code: 'upstream_error' } });
    expect(stream(candidate([{ text: 'a' }]), '{"cand').at(-1)).toMatchObject({ type: 'error' });
    expect(stream(candidate([{ text: 'a' }]), error).at(-1)).toMatchObject({
      error: { kind: 'overloaded', message: 'The model is overloaded.' },
    });
    expect(whole(error)).toMatchObject({ ok: false, error: { kind: 'overloaded' } });
    expect(() => whole({ candidates: [] })).toThrow('upstream_error');
  });

  it.each([
    [
      400,
      {
        error: {
          code: 400,
          message: 'API key not valid.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
      'authentication',
      401,
    ],
    [400, { error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT' } }, 'invalid_request', 400],
    [429, [{ error: { code: 429, message: 'Resource exhausted', status: 'RESOURCE_EXHAUSTED' } }], 'rate_limit', 429],
    [500, '<html>', 'server', 500],
  ])('%i of Google’s is understood', (status, body, kind, told) => {
    const bytes = toBytes(typeof body === 'string' ? body : JSON.stringify(body));
    expect(egress.decodeError(status, bytes)).toMatchObject({ kind, status: told });
  });
});
