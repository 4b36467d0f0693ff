import type { Part, Seal, ToolCallPart } from '../../domain/conversation/parts.ts';

/** A signature of Gemini's, which stands on the call that follows it, as in Google's own rendering of this dialect. */
export function sealOfCall(before: Part | undefined): Seal | undefined {
  const isOfCall = before?.type === 'reasoning' && before.text === '' && before.seal?.origin === 'gemini';
  return isOfCall ? before.seal : undefined;
}

export function writeToolCall({ id, name, input, isFreeText }: Omit<ToolCallPart, 'type'>, seal?: Seal): object {
  const extra = seal === undefined ? {} : { extra_content: { google: { thought_signature: seal.value } } };
  return isFreeText === true
    ? { id, type: 'custom', custom: { name, input }, ...extra }
    : { id, type: 'function', function: { name, arguments: input }, ...extra };
}
