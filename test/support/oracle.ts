import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createMistral } from '@ai-sdk/mistral';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { type AnswerSummary, readInput } from './answer-summary.ts';
import type { RecordedAnswer } from './recordings.ts';

// An independent reading of a provider's own answer, by the AI SDK's provider for it.

type Model = ReturnType<ReturnType<typeof createOpenAI>['chat']>;

const key = { apiKey: 'none' };

function modelFor({ api, host, provider, model, body, stream, status, headers }: RecordedAnswer): Model {
  const type = headers['content-type'] ?? (stream ? 'text/event-stream' : 'application/json');
  const fetch = async () => new Response(Buffer.from(body), { status, headers: { 'content-type': type } });
  switch (api) {
    case 'messages':
      return createAnthropic({ ...key, fetch })(model);
    case 'generateContent':
    case 'streamGenerateContent':
      return createGoogle({ ...key, fetch })(model);
    case 'converse':
    case 'converse-stream':
      return createAmazonBedrock({ region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b', fetch })(model);
    case 'responses':
      return createOpenAI({ ...key, fetch }).responses(model);
    case 'chat.completions':
      if (provider === 'openai') return createOpenAI({ ...key, fetch }).chat(model);
      if (host === 'api.mistral.ai') return createMistral({ ...key, fetch })(model);
      return createOpenAICompatible({ ...key, name: 'c', baseURL: 'http://c.test', fetch, includeUsage: true })(model);
    default:
      throw new Error(`no oracle reads ${api}`);
  }
}

const request: Parameters<Model['doGenerate']>[0] = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
};

type Usage = Awaited<ReturnType<Model['doGenerate']>>['usage'];

function summarizeUsage({ inputTokens, outputTokens }: Usage): AnswerSummary['usage'] {
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  return {
    input: inputTokens.total,
    cached: inputTokens.cacheRead ?? 0,
    written: inputTokens.cacheWrite ?? 0,
    output: outputTokens.total,
  };
}

async function readWhole(model: Model): Promise<AnswerSummary> {
  const { content, finishReason, usage } = await model.doGenerate(request);
  return {
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: content.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    calls: content.flatMap((part) =>
      part.type === 'tool-call' && part.providerExecuted !== true
        ? [{ name: part.toolName, input: readInput(part.input) }]
        : [],
    ),
    finish: finishReason.unified,
    usage: summarizeUsage(usage),
  };
}

async function readStream(model: Model): Promise<AnswerSummary> {
  const { stream } = await model.doStream(request);
  const calls: { name: string; input: unknown }[] = [];
  let [text, reasoning, finish] = ['', '', 'none'];
  let usage: AnswerSummary['usage'];
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.delta;
    else if (part.type === 'reasoning-delta') reasoning += part.delta;
    else if (part.type === 'tool-call' && part.providerExecuted !== true) {
      calls.push({ name: part.toolName, input: readInput(part.input) });
    } else if (part.type === 'finish') {
      finish = part.finishReason.unified;
      usage = summarizeUsage(part.usage);
    } else if (part.type === 'error') throw part.error instanceof Error ? part.error : new Error(String(part.error));
  }
  return { text, reasoning, calls, finish, usage };
}

export function readByOracle(recording: RecordedAnswer): Promise<AnswerSummary> {
  const model = modelFor(recording);
  return recording.stream ? readStream(model) : readWhole(model);
}
