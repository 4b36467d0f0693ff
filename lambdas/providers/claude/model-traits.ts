import type { Effort } from '../../domain/conversation/generation-request.ts';

// What Claude models take, by their names, as https://platform.claude.com/docs/en/about-claude/models says; as of 2026-11.
// They are called alike at Anthropic, Bedrock and Vertex, apart from what stands before and behind.

export interface ClaudeTraits {
  /** Decides itself how much to think, within an effort. Undefined: it takes a budget alone. */
  readonly efforts: readonly Effort[] | undefined;
  readonly hasBudget: boolean;
  /** False: it thinks whatever is asked. */
  readonly canDisable: boolean;
  /** Takes `temperature`, `top_p` and `top_k`. */
  readonly hasSampling: boolean;
  /** `temperature` and `top_p` beside one another. */
  readonly hasBothSamplings: boolean;
  /** A tool can be demanded. */
  readonly hasForcedTools: boolean;
  /** Schemas for answers, and strict tools. */
  readonly hasSchemas: boolean;
  /** Takes system messages in the middle of a conversation. */
  readonly hasLaterSystem: boolean;
}

const basic: ClaudeTraits = {
  efforts: undefined,
  hasBudget: false,
  canDisable: true,
  hasSampling: true,
  hasBothSamplings: true,
  hasForcedTools: true,
  hasSchemas: false,
  hasLaterSystem: false,
};
const thinking: ClaudeTraits = { ...basic, hasBudget: true };
const structured: ClaudeTraits = { ...thinking, hasSchemas: true, hasBothSamplings: false };
const adaptive: ClaudeTraits = { ...structured, efforts: ['low', 'medium', 'high', 'max'] };
const current: ClaudeTraits = { ...adaptive, efforts: ['low', 'medium', 'high', 'xhigh', 'max'], hasSampling: false };
const fifth: ClaudeTraits = { ...current, hasLaterSystem: true };
const always: ClaudeTraits = { ...fifth, hasBudget: false, canDisable: false };

/** The first that fits counts. */
const rules: readonly (readonly [RegExp, ClaudeTraits])[] = [
  [/(sonnet|opus)-5-5/, { ...always, hasForcedTools: false }],
  [/haiku-5-5/, { ...fifth, hasBudget: false }],
  [/fable-5-[12]/, { ...always, hasForcedTools: false }],
  [/(fable|mythos)-5/, always],
  [/(opus|sonnet|haiku)-5/, fifth],
  [/opus-4-8/, fifth],
  [/opus-4-7/, current],
  [/(opus|sonnet)-4-6/, adaptive],
  [/(opus-4-[15]|sonnet-4-5|haiku-4-5)/, structured],
  [/(opus-4|sonnet-4|3-7-sonnet)/, thinking],
  [/claude-(3|2|v2|instant)/, basic],
];

/** One that is newer than this list is like the newest that still takes most. */
export function findClaudeTraits(model: string): ClaudeTraits {
  return rules.find(([pattern]) => pattern.test(model))?.[1] ?? (/claude/.test(model) ? fifth : basic);
}
