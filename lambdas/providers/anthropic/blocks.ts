import * as z from 'zod/mini';
import type { OutputPart, Seal } from '../../domain/conversation/parts.ts';
import { unpackSeal } from '../../domain/conversation/seals.ts';
import { readCitation, wireCitation } from './citations.ts';

// The blocks of an answer, as whole messages have them and as a stream begins them.

const text = z.catch(z.nullish(z.string()), null);

export const wireBlock = z.looseObject({
  type: z.string(),
  text,
  thinking: text,
  signature: text,
  data: text,
  id: text,
  name: text,
  input: z.nullish(z.unknown()),
  citations: z.catch(z.nullish(z.array(wireCitation)), null),
});
export type WireBlock = z.infer<typeof wireBlock>;

/** Behind another gateway it may be another provider's. */
export function signatureSeal(value: string): Seal {
  return unpackSeal(value, 'anthropic');
}

export function redactedSeal(value: string): Seal {
  return unpackSeal(value, 'anthropic', 'encrypted');
}

/** A block of some newer or other kind: what it says cannot be said in another dialect. */
export function toNative(block: WireBlock, input = block.input): OutputPart & { readonly type: 'native' } {
  const value = input === undefined ? block : { ...block, input };
  return { type: 'native', dialect: 'anthropic', name: block.type, value };
}

export function readBlock(block: WireBlock): OutputPart {
  switch (block.type) {
    case 'text': {
      const citations = (block.citations ?? []).map(readCitation);
      return { type: 'text', text: block.text ?? '', ...(citations.length > 0 && { citations }) };
    }
    case 'thinking':
      return {
        type: 'reasoning',
        text: block.thinking ?? '',
        ...(block.signature && { seal: signatureSeal(block.signature) }),
      };
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', seal: redactedSeal(block.data ?? '') };
    case 'tool_use':
      return {
        type: 'tool_call',
        id: block.id ?? '',
        name: block.name ?? '',
        input: JSON.stringify(block.input ?? {}),
      };
    default:
      return toNative(block);
  }
}
