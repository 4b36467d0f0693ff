import * as z from 'zod/mini';
import type { Citation, NativePart, OutputPart } from '../../domain/conversation/parts.ts';
import { redactedSeal, signatureSeal } from './seals.ts';

// The blocks of an answer. A detail that makes no sense is taken as absent.

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

const place = z.catch(
  z.nullish(z.object({ documentIndex: number, searchResultIndex: number, start: number, end: number, url: text })),
  null,
);
export const wireCitation = z.object({
  title: text,
  source: text,
  sourceContent: z.catch(z.nullish(z.array(z.object({ text }))), null),
  location: z.catch(
    z.nullish(
      z.object({
        documentChar: place,
        documentPage: place,
        documentChunk: place,
        searchResultLocation: place,
        web: place,
      }),
    ),
    null,
  ),
});

export const wireToolUse = z.object({
  toolUseId: text,
  name: text,
  input: z.nullish(z.unknown()),
  /** Of a tool that runs at the provider. */
  type: text,
});

export const wireBlock = z.looseObject({
  text,
  toolUse: z.catch(z.nullish(wireToolUse), null),
  reasoningContent: z.catch(
    z.nullish(
      z.object({
        reasoningText: z.catch(z.nullish(z.object({ text, signature: text })), null),
        redactedContent: text,
      }),
    ),
    null,
  ),
  citationsContent: z.catch(
    z.nullish(
      z.object({
        content: z.catch(z.nullish(z.array(z.object({ text }))), null),
        citations: z.catch(z.nullish(z.array(wireCitation)), null),
      }),
    ),
    null,
  ),
});
export type WireBlock = z.infer<typeof wireBlock>;

function placeOf({ location }: z.infer<typeof wireCitation>): Partial<Citation> {
  const { documentChar, documentPage, documentChunk, searchResultLocation, web } = location ?? {};
  const found = documentChar ?? documentPage ?? documentChunk ?? searchResultLocation ?? web;
  const unit = documentPage ? 'page' : documentChar ? 'char' : 'block';
  return {
    kind: web ? 'url' : searchResultLocation ? 'search_result' : 'document',
    unit: web ? undefined : unit,
    url: web?.url ?? undefined,
    index: found?.documentIndex ?? found?.searchResultIndex ?? undefined,
    from: found?.start ?? undefined,
    to: found?.end ?? undefined,
  };
}

export function readCitation(wire: z.infer<typeof wireCitation>): Citation {
  const found = placeOf(wire);
  return {
    ...found,
    kind: found.kind ?? 'document',
    url: found.url ?? wire.source ?? undefined,
    title: wire.title ?? undefined,
    citedText: wire.sourceContent?.map((piece) => piece.text ?? '').join('') || undefined,
  };
}

/** A tool that the client is to run; those of the provider's own say what they are. */
export function isCall({ type }: z.infer<typeof wireToolUse>): boolean {
  return type === null || type === undefined || type === 'tool_use';
}

export function toNative(block: object): NativePart {
  const name = Object.keys(block)[0] ?? 'block';
  return { type: 'native', dialect: 'bedrock', name, value: block };
}

export function readBlock(block: WireBlock): OutputPart[] {
  const { text: said, toolUse, reasoningContent: reasoning, citationsContent: cited } = block;
  if (said !== null && said !== undefined) return [{ type: 'text', text: said }];
  if (toolUse && isCall(toolUse)) {
    const { toolUseId: id, name, input } = toolUse;
    return [{ type: 'tool_call', id: id ?? '', name: name ?? '', input: JSON.stringify(input ?? {}) }];
  }
  if (reasoning?.redactedContent)
    return [{ type: 'reasoning', text: '', seal: redactedSeal(reasoning.redactedContent) }];
  if (reasoning?.reasoningText) {
    const { text: thought, signature } = reasoning.reasoningText;
    return [{ type: 'reasoning', text: thought ?? '', ...(signature && { seal: signatureSeal(signature) }) }];
  }
  if (!cited) return [toNative(block)];
  const citations = (cited.citations ?? []).map(readCitation);
  const words = (cited.content ?? []).map((piece) => piece.text ?? '').join('');
  return [{ type: 'text', text: words, ...(citations.length > 0 && { citations }) }];
}
