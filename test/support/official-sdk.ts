import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { z } from 'zod';
import { type AnswerSummary, readInput } from './answer-summary.ts';

// What the official SDKs make of an answer that the gateway would send.

export interface SentAnswer {
  readonly status?: number;
  readonly body: string;
  readonly stream: boolean;
}

function respond({ body, stream, status = 200 }: SentAnswer): typeof fetch {
  const type = stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  return async () => new Response(body, { status, headers: { 'content-type': type } });
}

export function openAiOf(answer: SentAnswer): OpenAI {
  return new OpenAI({ apiKey: 'sk-none', baseURL: 'http://gateway.test/v1', fetch: respond(answer), maxRetries: 0 });
}

export function anthropicOf(answer: SentAnswer): Anthropic {
  return new Anthropic({ apiKey: 'none', baseURL: 'http://gateway.test', fetch: respond(answer), maxRetries: 0 });
}

const chatFinish: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

const reasoned = z.object({ reasoning_content: z.string().nullish() });

function summarizeChat(completion: OpenAI.ChatCompletion, streamedReasoning?: string): AnswerSummary {
  const choice = completion.choices[0];
  const usage = completion.usage;
  return {
    text: choice?.message.content ?? '',
    reasoning: streamedReasoning ?? reasoned.parse(choice?.message ?? {}).reasoning_content ?? '',
    calls: (choice?.message.tool_calls ?? []).map((call) =>
      call.type === 'function'
        ? { name: call.function.name, input: readInput(call.function.arguments) }
        : { name: call.custom.name, input: call.custom.input },
    ),
    finish: chatFinish[choice?.finish_reason ?? ''] ?? String(choice?.finish_reason),
    usage: usage
      ? {
          input: usage.prompt_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
          written: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
          output: usage.completion_tokens,
        }
      : undefined,
  };
}

export async function readByOpenAi(answer: SentAnswer): Promise<AnswerSummary> {
  const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }] } satisfies object;
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: request.messages[0]?.content ?? '' }];
  if (!answer.stream) return summarizeChat(await openAiOf(answer).chat.completions.create({ model: 'm', messages }));
  const stream = openAiOf(answer).chat.completions.stream({
    model: 'm',
    messages,
    stream_options: { include_usage: true },
  });
  let reasoning = '';
  for await (const { choices } of stream) reasoning += reasoned.parse(choices[0]?.delta ?? {}).reasoning_content ?? '';
  return summarizeChat(await stream.finalChatCompletion(), reasoning);
}

const anthropicFinish: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

function summarizeMessage({ content, stop_reason, usage }: Anthropic.Message): AnswerSummary {
  const cached = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [])),
    finish: anthropicFinish[stop_reason ?? ''] ?? String(stop_reason),
    usage: { input: usage.input_tokens + cached + written, cached, written, output: usage.output_tokens },
  };
}

export async function readByAnthropic(answer: SentAnswer): Promise<AnswerSummary> {
  const request = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' } as const] };
  const { messages } = anthropicOf(answer);
  if (!answer.stream) return summarizeMessage(await messages.create(request));
  return summarizeMessage(await messages.stream(request).finalMessage());
}

type Responded = Awaited<ReturnType<OpenAI['responses']['parse']>>;

function finishOf({ status, incomplete_details, output }: Responded): string {
  if (incomplete_details?.reason === 'max_output_tokens') return 'length';
  if (incomplete_details?.reason === 'content_filter') return 'content-filter';
  if (output.some(({ type }) => type === 'function_call' || type === 'custom_tool_call')) return 'tool-calls';
  return status === 'completed' ? 'stop' : String(status);
}

function summarizeResponse(response: Responded): AnswerSummary {
  const { output, output_text: text, usage } = response;
  return {
    text,
    reasoning: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map((piece) => piece.text) : []))
      .join(''),
    calls: output.flatMap((item) => {
      if (item.type === 'function_call') return [{ name: item.name, input: readInput(item.arguments) }];
      return item.type === 'custom_tool_call' ? [{ name: item.name, input: item.input }] : [];
    }),
    finish: finishOf(response),
    usage: usage && {
      input: usage.input_tokens,
      cached: usage.input_tokens_details.cached_tokens,
      written: usage.input_tokens_details.cache_write_tokens ?? 0,
      output: usage.output_tokens,
    },
  };
}

export async function readByResponses(answer: SentAnswer): Promise<AnswerSummary> {
  const { responses } = openAiOf(answer);
  if (!answer.stream) return summarizeResponse(await responses.parse({ model: 'm', input: 'hi' }));
  return summarizeResponse(await responses.stream({ model: 'm', input: 'hi' }).finalResponse());
}
