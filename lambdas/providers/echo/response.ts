import type { ChatRequest } from '../../domain/chat/chat-request.ts';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** What the echo has to say: the last message's text, or the call of a tool where the request demands one. */
export interface Echo {
  readonly text: string;
  readonly tool: string | undefined;
  readonly usage: Usage;
}

function textOf(content: ChatRequest['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  const parts = content ?? [];
  return parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

function readName(tool: unknown): string | undefined {
  if (typeof tool !== 'object' || tool === null || !('function' in tool)) return undefined;
  const named = tool.function;
  return typeof named === 'object' && named !== null && 'name' in named && typeof named.name === 'string'
    ? named.name
    : undefined;
}

/** The tool that the request insists on: `tool_choice` names one, or says that some tool must be called. */
function demandedTool({ tools, tool_choice }: ChatRequest): string | undefined {
  return tool_choice === 'required' ? readName(tools?.[0]) : readName(tool_choice);
}

/** Four characters to a token, near enough for a demonstration. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

export function echo(request: ChatRequest): Echo {
  const text = textOf(request.messages.at(-1)?.content);
  const input = request.messages.map(({ content }) => textOf(content)).join('');
  return {
    text,
    tool: demandedTool(request),
    usage: {
      inputTokens: countTokens(input),
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      audioInputTokens: 0,
      outputTokens: countTokens(text),
      reasoningTokens: 0,
      audioOutputTokens: 0,
    },
  };
}

export function toUsageBody({ inputTokens, outputTokens }: Usage) {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

export interface Stamp {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
}

/** OpenAI's chat completion object. */
export function toCompletion({ text, tool, usage }: Echo, stamp: Stamp) {
  const call = { id: 'call_echo', type: 'function', function: { name: tool, arguments: '{}' } };
  const message =
    tool === undefined
      ? { role: 'assistant', content: text, refusal: null }
      : { role: 'assistant', content: null, refusal: null, tool_calls: [call] };
  return {
    ...stamp,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: tool === undefined ? 'stop' : 'tool_calls' }],
    usage: toUsageBody(usage),
  };
}
