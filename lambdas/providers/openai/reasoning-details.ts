import * as z from 'zod/mini';
import type { ReasoningPart, Seal, SealOrigin } from '../../domain/conversation/parts.ts';

// Chat Completions has no word for reasoning that is to come back. This is OpenRouter's, which others have taken up:
// https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks

const text = z.catch(z.nullish(z.string()), null);

const detail = z.object({
  type: text,
  text,
  summary: text,
  data: text,
  signature: text,
  format: text,
  id: text,
  index: z.catch(z.nullish(z.number()), null),
});
export const reasoningDetails = z.array(detail);
type Detail = z.infer<typeof detail>;

const formats: Readonly<Record<SealOrigin, string>> = {
  anthropic: 'anthropic-claude-v1',
  gemini: 'google-gemini-v1',
  openai: 'openai-responses-v1',
  xai: 'xai-responses-v1',
};

function originOf(format: string | null | undefined): SealOrigin | undefined {
  if (format === undefined || format === null) return undefined;
  const found = Object.entries(formats).find(([, name]) => name === format)?.[0];
  return found === 'anthropic' || found === 'gemini' || found === 'openai' || found === 'xai' ? found : undefined;
}

function readSeal({ signature, data, format, id }: Detail): Seal | undefined {
  const origin = originOf(format);
  const value = data ?? signature;
  if (origin === undefined || !value) return undefined;
  return { origin, kind: data ? 'encrypted' : 'signature', value, ...(id && { id }) };
}

/** The pieces of one part have one index. */
function isSamePart(earlier: Detail | undefined, later: Detail): boolean {
  return earlier?.index !== undefined && earlier.index !== null && earlier.index === later.index;
}

export function readReasoningDetails(details: readonly Detail[]): ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  details.forEach((piece, at) => {
    const said = piece.text ?? piece.summary ?? '';
    const seal = readSeal(piece);
    const last = isSamePart(details[at - 1], piece) ? parts.pop() : undefined;
    parts.push({ type: 'reasoning', text: (last?.text ?? '') + said, seal: seal ?? last?.seal });
  });
  return parts;
}

/** One piece, or two where a text is summed up beside what is encrypted. */
export function writeReasoningDetail({ text: said, seal }: Omit<ReasoningPart, 'type'>, index: number): object[] {
  if (seal === undefined) return [{ type: 'reasoning.text', text: said, index }];
  const format = formats[seal.origin];
  if (seal.kind === 'signature') {
    return [{ type: 'reasoning.text', text: said, signature: seal.value, format, index }];
  }
  const encrypted = { type: 'reasoning.encrypted', data: seal.value, id: seal.id, format, index };
  return said === '' ? [encrypted] : [{ type: 'reasoning.summary', summary: said, format, index }, encrypted];
}
