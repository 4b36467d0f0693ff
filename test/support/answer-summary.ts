/** What of an answer has to survive every translation. */
export interface AnswerSummary {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: string;
  /** Undefined: not told. */
  readonly usage: UsageSummary | undefined;
}

export interface UsageSummary {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
}

/** Arguments as the value that they are: spacing and the order of members do not count. */
export function readInput(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text;
  }
}

/** Names of the members in which two summaries differ. */
export function differences(left: AnswerSummary, right: AnswerSummary): string[] {
  const text = (value: unknown) => JSON.stringify(value, sortMembers);
  const names = ['text', 'reasoning', 'calls', 'finish', 'usage'] as const;
  return names.filter((name) => text(left[name]) !== text(right[name]));
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
