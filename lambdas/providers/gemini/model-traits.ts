import type { Effort } from '../../domain/conversation/generation-request.ts';

// What Gemini models take, by their names, as https://ai.google.dev/gemini-api/docs/thinking says; as of 2026-11.

export interface GeminiTraits {
  /** `level`: an effort. `budget`: tokens. */
  readonly thinking: 'level' | 'budget' | 'none';
  readonly levels: readonly Effort[];
  /** Tokens. At 0 it does not think. */
  readonly leastBudget: number;
  readonly mostBudget: number;
  /** What a tool returns can be seen and read, not only quoted. */
  readonly hasResultMedia: boolean;
  /** A call that comes without the signature of its thought is refused. */
  readonly needsSignatures: boolean;
  readonly hasPenalties: boolean;
}

const basic: GeminiTraits = {
  thinking: 'none',
  levels: [],
  leastBudget: 0,
  mostBudget: 0,
  hasResultMedia: false,
  needsSignatures: false,
  hasPenalties: true,
};
const second: GeminiTraits = { ...basic, thinking: 'budget', mostBudget: 24_576, hasPenalties: false };
const third: GeminiTraits = {
  ...basic,
  thinking: 'level',
  levels: ['minimal', 'low', 'medium', 'high'],
  hasResultMedia: true,
  needsSignatures: true,
};

/** The first that fits counts. */
const rules: readonly (readonly [RegExp, GeminiTraits])[] = [
  [/gemma|gemini-(1|2\.0|pro-vision)/, basic],
  [/gemini-2\.5-pro/, { ...second, leastBudget: 128, mostBudget: 32_768 }],
  [/gemini-2\.5/, second],
  [/gemini-3-pro/, { ...third, levels: ['low', 'high'] }],
  [/gemini-3(\.\d)?-pro/, { ...third, levels: ['low', 'medium', 'high'] }],
  [/gemini-4-hydrogen/, { ...third, levels: ['low', 'medium', 'high', 'xhigh'] }],
];

/** One that is newer than this list is like the newest in it. */
export function findGeminiTraits(model: string): GeminiTraits {
  return rules.find(([pattern]) => pattern.test(model))?.[1] ?? third;
}
