import type { GenerationRequest } from './generation-request.ts';
import type { Part } from './parts.ts';

/** What a provider takes as the id of a tool call. */
export interface IdRule {
  readonly pattern: RegExp;
  /** The n-th id that does not fit. Must fit itself. */
  readonly replace: (n: number) => string;
}

function idOf(part: Part): string | undefined {
  if (part.type === 'tool_call') return part.id;
  return part.type === 'tool_result' ? part.callId : undefined;
}

/**
 * What each id is called at the provider. A conversation may have come from another one, whose ids look different; the same
 * history always gets the same ids, so that it stays in the provider's cache.
 */
export function mapToolCallIds({ messages }: GenerationRequest, { pattern, replace }: IdRule): (id: string) => string {
  const ids = new Set(messages.flatMap(({ parts }) => parts.flatMap((part) => idOf(part) ?? [])));
  const taken = new Set([...ids].filter((id) => pattern.test(id)));
  const replaced = new Map<string, string>();
  let n = 0;
  for (const id of ids) {
    if (taken.has(id)) continue;
    do n += 1;
    while (taken.has(replace(n)));
    replaced.set(id, replace(n));
  }
  return (id) => replaced.get(id) ?? id;
}

/** Ids for the calls of an answer that came without one: `stem` is the request's own. */
export function nameCall(stem: string, n: number): string {
  return `call_${stem.replaceAll(/[^\w-]/g, '').slice(0, 48)}_${n}`;
}
