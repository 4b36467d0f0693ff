import * as z from 'zod/mini';
import type { Citation, NativePart, OutputPart, Seal } from '../../domain/conversation/parts.ts';
import { unpackSeal } from '../../domain/conversation/seals.ts';

// The items of an answer, as whole responses have them and as a stream tells them.

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

export const wireAnnotation = z.object({
  type: text,
  url: text,
  title: text,
  start_index: number,
  end_index: number,
  file_id: text,
  filename: text,
  index: number,
});

const said = z.object({ text });

const tokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.catch(z.nullish(z.array(z.number())), null),
});
export const wireLogprobs = z.catch(
  z.nullish(z.array(z.extend(tokenLogprob, { top_logprobs: z.catch(z.nullish(z.array(tokenLogprob)), null) }))),
  null,
);

const content = z.object({
  type: text,
  text,
  refusal: text,
  annotations: z.catch(z.nullish(z.array(wireAnnotation)), null),
  logprobs: wireLogprobs,
});
type Content = z.infer<typeof content>;

export const wireItem = z.looseObject({
  type: z.string(),
  id: text,
  call_id: text,
  name: text,
  arguments: text,
  input: text,
  encrypted_content: text,
  summary: z.catch(z.nullish(z.array(said)), null),
  content: z.catch(z.nullish(z.array(content)), null),
  /** What an image is made of, where one was made. */
  result: text,
  output_format: text,
});
export type WireItem = z.infer<typeof wireItem>;

export function readCitation(annotation: z.infer<typeof wireAnnotation>): Citation {
  const { url, title, filename, file_id, index, start_index, end_index } = annotation;
  return {
    kind: url ? 'url' : 'document',
    url: url ?? undefined,
    title: title ?? filename ?? undefined,
    fileId: file_id ?? undefined,
    textFrom: start_index ?? undefined,
    textTo: end_index ?? index ?? undefined,
  };
}

const toLogprob = ({ token, logprob, bytes }: z.infer<typeof tokenLogprob>) => ({
  token,
  logprob,
  bytes: bytes ?? null,
});

export function readLogprobs(logprobs: z.infer<typeof wireLogprobs>) {
  if (!logprobs?.length) return undefined;
  return logprobs.map((entry) => ({ ...toLogprob(entry), top: (entry.top_logprobs ?? []).map(toLogprob) }));
}

/** Summed up, or else the thoughts themselves, which open models show. */
function reasoningOf({ summary, content: thoughts }: WireItem): string {
  const pieces = summary?.length ? summary : (thoughts ?? []);
  return pieces.map((piece) => piece.text ?? '').join('\n\n');
}

type Sealed = Pick<WireItem, 'encrypted_content' | 'id'>;

/** The item's id is its seal's, unless that brings one of its own from behind another gateway. */
export function sealOf({ encrypted_content: value, id }: Sealed, provider: string): Seal | undefined {
  if (!value) return undefined;
  const origin = provider === 'xai' ? 'xai' : 'openai';
  const seal = unpackSeal(value, origin, 'encrypted');
  return seal.value === value && id ? { ...seal, id } : seal;
}

function toNative(item: WireItem): NativePart {
  return { type: 'native', dialect: 'responses', name: item.type, value: item };
}

function readContent({ type, text: words, refusal, annotations }: Content): OutputPart[] {
  if (type === 'refusal') return refusal ? [{ type: 'refusal', text: refusal }] : [];
  if (!words) return [];
  const citations = (annotations ?? []).map(readCitation);
  return [{ type: 'text', text: words, ...(citations.length > 0 && { citations }) }];
}

/** `provider`: who sealed what is sealed. */
export function readItem(item: WireItem, provider: string): OutputPart[] {
  const { call_id, name } = item;
  switch (item.type) {
    case 'message':
      return (item.content ?? []).flatMap(readContent);
    case 'reasoning': {
      const seal = sealOf(item, provider);
      const words = reasoningOf(item);
      return words === '' && seal === undefined ? [] : [{ type: 'reasoning', text: words, ...(seal && { seal }) }];
    }
    case 'function_call':
      return [{ type: 'tool_call', id: call_id ?? '', name: name ?? '', input: item.arguments ?? '' }];
    case 'custom_tool_call':
      return [{ type: 'tool_call', id: call_id ?? '', name: name ?? '', input: item.input ?? '', isFreeText: true }];
    case 'image_generation_call':
      if (!item.result) return [toNative(item)];
      return [
        {
          type: 'image',
          source: { kind: 'base64', mediaType: `image/${item.output_format ?? 'png'}`, data: item.result },
        },
      ];
    default:
      return [toNative(item)];
  }
}
