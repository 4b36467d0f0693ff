import fc from 'fast-check';
import type { Finish, Generation } from '../../lambdas/domain/conversation/generation.ts';
import type { GenerationEvent, PartHead } from '../../lambdas/domain/conversation/generation-event.ts';
import type { OutputPart, Seal } from '../../lambdas/domain/conversation/parts.ts';
import type { AnswerSummary } from './answer-summary.ts';
import { toolArguments, toolName } from './chat-arbitraries.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });

const sealed = fc.base64String({ minLength: 4 });

/** As their makers make them. */
const seal: fc.Arbitrary<Seal> = fc.oneof(
  sealed.map((value) => ({ origin: 'anthropic', kind: 'signature', value }) as const),
  fc
    .tuple(sealed, fc.stringMatching(/^rs_[a-z0-9]{8}$/))
    .map(([value, id]) => ({ origin: 'openai', kind: 'encrypted', value, id }) as const),
);

const reasoning = fc
  .record({ said: text, sealed: fc.option(seal, { nil: undefined }) })
  .map(({ said, sealed }): OutputPart => ({ type: 'reasoning', text: said, ...(sealed && { seal: sealed }) }));

const spoken = text.map((said): OutputPart => ({ type: 'text', text: said }));

const calls = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^call_[a-zA-Z0-9]{8}$/), name: toolName, input: toolArguments }),
  { selector: ({ id }) => id, maxLength: 3 },
);

const count = fc.nat({ max: 1_000_000 });
const usage = fc
  .record({ plain: count, cached: count, written: count, output: count, reasoned: count })
  .map(({ plain, cached, written, output, reasoned }) => ({
    inputTokens: plain + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    audioInputTokens: 0,
    outputTokens: output + reasoned,
    reasoningTokens: reasoned,
    audioOutputTokens: 0,
  }));

const reason = fc.constantFrom<Finish['reason'][]>('stop', 'length', 'content_filter');

/** An answer in the order in which models answer: thoughts, then words, then calls. */
export const generation: fc.Arbitrary<Generation> = fc
  .record({
    thoughts: fc.array(reasoning, { maxLength: 1 }),
    words: fc.array(spoken, { maxLength: 1 }),
    called: calls,
    finish: reason,
    used: usage,
  })
  .map(({ thoughts, words, called, finish, used }) => ({
    id: 'resp_1',
    model: 'm-1',
    created: 7,
    choices: [
      {
        index: 0,
        parts: [...thoughts, ...words, ...called.map((call): OutputPart => ({ type: 'tool_call', ...call }))],
        finish: { reason: called.length > 0 ? 'tool_calls' : finish },
      },
    ],
    usage: used,
  }));

function headOf(part: OutputPart): PartHead | undefined {
  switch (part.type) {
    case 'tool_call':
      return { type: 'tool_call', id: part.id, name: part.name };
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { type: part.type };
    default:
      return undefined;
  }
}

function cut(said: string, size: number): string[] {
  const characters = [...said];
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, at) =>
    characters.slice(at * size, (at + 1) * size).join(''),
  );
}

function partEvents(part: OutputPart, choice: number, size: number): GenerationEvent[] {
  const head = headOf(part);
  if (head === undefined)
    return part.type === 'image' || part.type === 'native' ? [{ type: 'whole', choice, part }] : [];
  const said = part.type === 'tool_call' ? part.input : 'text' in part ? part.text : '';
  return [
    { type: 'begin', choice, part: head },
    ...cut(said, size).map((piece): GenerationEvent => ({ type: 'delta', choice, text: piece })),
    ...(part.type === 'reasoning' && part.seal ? [{ type: 'seal', choice, seal: part.seal } as const] : []),
    { type: 'end', choice },
  ];
}

/** The same answer as it is written, so many characters at a time. */
export function toEvents({ choices, usage: used, ...head }: Generation, size: number): GenerationEvent[] {
  return [
    { type: 'start', head },
    ...choices.flatMap(({ index, parts, finish }): GenerationEvent[] => [
      ...parts.flatMap((part) => partEvents(part, index, size)),
      { type: 'finish', choice: index, finish },
    ]),
    ...(used ? [{ type: 'usage', usage: used } as const] : []),
  ];
}

const unified: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

export function summarizeGeneration({ choices, usage: used }: Generation): AnswerSummary {
  const parts = choices[0]?.parts ?? [];
  const textOf = (type: 'text' | 'reasoning') => parts.map((part) => (part.type === type ? part.text : '')).join('');
  return {
    text: textOf('text'),
    reasoning: textOf('reasoning'),
    calls: parts.flatMap((part) =>
      part.type === 'tool_call' ? [{ name: part.name, input: JSON.parse(part.input) as unknown }] : [],
    ),
    finish: unified[choices[0]?.finish.reason ?? ''] ?? '',
    usage: used && {
      input: used.inputTokens,
      cached: used.cachedInputTokens,
      written: used.cacheWriteTokens,
      output: used.outputTokens,
    },
  };
}
