import type { AnswerSummary } from './answer-summary.ts';
import type { RecordedAnswer } from './recordings.ts';

/** Where a translated answer differs from what the oracle reads in the original, and why it is to. */
export interface KnownDifference {
  readonly member: keyof AnswerSummary | 'error';
  readonly reason: string;
  readonly appliesTo: (recording: RecordedAnswer, dialect: string) => boolean;
  /** What is left of the difference once it is allowed for: nothing. */
  readonly allows?: (ours: AnswerSummary, oracle: AnswerSummary) => boolean;
}

const within = (...ids: readonly string[]) => {
  return ({ id }: RecordedAnswer) => ids.some((start) => id.startsWith(start));
};

const withoutSpace = (text: string) => text.replaceAll(/\s/g, '');

export const knownDifferences: readonly KnownDifference[] = [
  ...(['text', 'reasoning', 'calls', 'finish', 'usage'] as const).map((member) => ({
    member,
    reason:
      'The recording holds several messages one after another. The first one is the answer; Anthropic’s SDK refuses what follows, the oracle adds it up.',
    appliesTo: within('60ec6f5d3f', '693fe527ec', 'ee0889738d', '5a6e7a2219'),
  })),
  {
    member: 'text',
    reason:
      'A compaction block holds the provider’s summary of the conversation, for its own use in the next turn. The oracle takes it for text of the answer; here it is dropped, and named as dropped.',
    appliesTo: within('b241148a33', 'dbfcf1364a'),
  },
  ...(['text', 'calls', 'usage'] as const).map((member) => ({
    member,
    reason:
      'The recording holds two responses one after another. The first one is the answer; the oracle adds the second to it.',
    appliesTo: within('48e4a976bc'),
  })),
  ...(['calls', 'finish'] as const).map((member) => ({
    member,
    reason:
      'A call of a tool that OpenAI itself describes (a shell, a patch, a search of tools). Only a client of Responses can have asked for one; in another dialect it is dropped, and named as dropped. The oracle renders it as a call of a function.',
    appliesTo: ({ api, body }: RecordedAnswer) =>
      api === 'responses' && /"(local_shell|shell|apply_patch|tool_search)_call"/.test(Buffer.from(body).toString()),
    allows: (ours: AnswerSummary, oracle: AnswerSummary) =>
      ours.calls.every(({ name }) => oracle.calls.some((call) => call.name === name)),
  })),
  {
    member: 'reasoning',
    reason: 'The paragraphs of a summary stand apart by an empty line; the oracle has them as parts of their own.',
    appliesTo: ({ api }) => api === 'responses',
    allows: (ours, oracle) => withoutSpace(ours.reasoning) === withoutSpace(oracle.reasoning),
  },
  {
    member: 'calls',
    reason: 'Free text for a tool is the one member of an object for a client whose tools all take one.',
    appliesTo: ({ api, body }, dialect) =>
      dialect === 'anthropic' && api === 'responses' && Buffer.from(body).includes('custom_tool_call'),
  },
  {
    member: 'finish',
    reason:
      'Responses has no word for how an answer ended: a call in it, also one that the provider has answered itself, reads as one to be answered.',
    appliesTo: (recording, dialect) => dialect === 'responses' && within('598513af6a')(recording),
  },
  {
    member: 'finish',
    reason:
      'Gemini’s ending has no counterpart with clients (a call of a tool that was not offered), or is one that the oracle does not know (a filter of the operator’s own).',
    appliesTo: ({ body }) => /"(UNEXPECTED_TOOL_CALL|MODEL_ARMOR)"/.test(Buffer.from(body).toString()),
    allows: (_ours, oracle) => oracle.finish === 'other',
  },
  {
    member: 'calls',
    reason:
      'A tool that ran at Bedrock itself. The oracle renders it as a call for the client to answer; here it is dropped, and named as dropped.',
    appliesTo: ({ provider, body }) => provider === 'bedrock' && Buffer.from(body).includes('server_tool_use'),
    allows: (ours, oracle) => ours.calls.length < oracle.calls.length,
  },
  {
    member: 'error',
    reason:
      'The arguments of a call come in pieces by their paths, an option of Vertex that the gateway never asks for.',
    appliesTo: ({ body }) => Buffer.from(body).includes('"willContinue"'),
  },
  {
    member: 'error',
    reason: 'The oracle fails on a result of a tool whose call is not in the same answer.',
    appliesTo: within('f569980241'),
  },
  {
    member: 'usage',
    reason:
      'The provider told no usage. Anthropic’s message has to have one, and says 0; what is charged is the reservation.',
    appliesTo: (recording, dialect) => dialect === 'anthropic' && within('37017f9f21')(recording),
  },
  {
    member: 'usage',
    reason: 'OpenRouter tells what was written to a cache, which the oracle does not read.',
    appliesTo: ({ host, body }) =>
      host === 'openrouter.ai' && /"cache_write_tokens":\s*[1-9]/.test(Buffer.from(body).toString()),
  },
  {
    member: 'usage',
    reason:
      'The provider reports more cached tokens than input tokens. For a client whose dialect counts them side by side, they count as far as the input goes.',
    appliesTo: ({ host }, dialect) => dialect === 'anthropic' && host === 'rubyllm.services.ai.azure.com',
  },
];
