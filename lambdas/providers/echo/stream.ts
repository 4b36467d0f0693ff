import { type Echo, type Stamp, toUsageBody } from './response.ts';

/** Around each word a chunk takes 200 bytes: a prompt of many short ones would become an answer of a hundred times its size. */
const maxDeltas = 1_000;

function toDeltas({ text, tool }: Echo): readonly object[] {
  if (tool !== undefined) {
    return [
      { tool_calls: [{ index: 0, id: 'call_echo', type: 'function', function: { name: tool, arguments: '{}' } }] },
    ];
  }
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  const perDelta = Math.ceil(words.length / maxDeltas);
  return Array.from({ length: Math.min(words.length, maxDeltas) }, (_, at) => ({
    content: words.slice(at * perDelta, (at + 1) * perDelta).join(''),
  }));
}

/** OpenAI's chunks: the role, a word each (more where there are very many), the finish reason, and the usage where it was asked for. */
export function toChunks(echo: Echo, stamp: Stamp, includeUsage: boolean): readonly object[] {
  const head = { ...stamp, object: 'chat.completion.chunk' };
  const withUsage = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...withUsage,
  });
  return [
    chunk({ role: 'assistant', content: echo.tool === undefined ? '' : null }, null),
    ...toDeltas(echo).map((delta) => chunk(delta, null)),
    chunk({}, echo.tool === undefined ? 'stop' : 'tool_calls'),
    ...(includeUsage ? [{ ...head, choices: [], usage: toUsageBody(echo.usage) }] : []),
  ];
}
