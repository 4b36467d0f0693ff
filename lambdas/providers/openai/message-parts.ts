import * as z from 'zod/mini';
import type { TokenLogprob } from '../../domain/conversation/generation.ts';
import { readUrl } from '../../domain/conversation/media.ts';
import type { Citation, ImagePart } from '../../domain/conversation/parts.ts';
import { reasoningDetails } from './reasoning-details.ts';

// What whole answers and chunks of them have in common. A provider's detail that makes no sense is taken as absent.

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

/** Arguments are JSON as text; Ollama's native models give the object itself. */
const args = z.catch(z.nullish(z.union([z.string(), z.looseObject({})])), null);

export const wireToolCall = z.object({
  index: number,
  id: text,
  function: z.catch(z.nullish(z.object({ name: text, arguments: args })), null),
  custom: z.catch(z.nullish(z.object({ name: text, input: text })), null),
  extra_content: z.catch(z.nullish(z.object({ google: z.nullish(z.object({ thought_signature: text })) })), null),
});
export type WireToolCall = z.infer<typeof wireToolCall>;

const piece = z.object({
  type: text,
  text,
  refusal: text,
  thinking: z.catch(z.nullish(z.array(z.object({ text }))), null),
});

const annotation = z.object({
  url_citation: z.catch(
    z.nullish(z.object({ url: text, title: text, content: text, start_index: number, end_index: number })),
    null,
  ),
});
type Annotation = z.infer<typeof annotation>;

const image = z.object({ image_url: z.catch(z.nullish(z.object({ url: text })), null) });

/** `message` and `delta` alike. */
export const wireMessage = z.object({
  content: z.catch(z.nullish(z.union([z.string(), z.array(piece)])), null),
  refusal: text,
  reasoning_content: text,
  reasoning: text,
  reasoning_details: z.catch(z.nullish(reasoningDetails), null),
  tool_calls: z.catch(z.nullish(z.array(wireToolCall)), null),
  annotations: z.catch(z.nullish(z.array(annotation)), null),
  images: z.catch(z.nullish(z.array(image)), null),
});
export type WireMessage = z.infer<typeof wireMessage>;

const tokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.catch(z.nullish(z.array(z.number())), null),
});
export const wireLogprobs = z.catch(
  z.nullish(
    z.object({
      content: z.nullish(
        z.array(z.extend(tokenLogprob, { top_logprobs: z.catch(z.nullish(z.array(tokenLogprob)), null) })),
      ),
    }),
  ),
  null,
);

function toLogprob({ token, logprob, bytes }: z.infer<typeof tokenLogprob>) {
  return { token, logprob, bytes: bytes ?? null };
}

export function readLogprobs(logprobs: z.infer<typeof wireLogprobs>): readonly TokenLogprob[] | undefined {
  return logprobs?.content?.map((entry) => ({ ...toLogprob(entry), top: (entry.top_logprobs ?? []).map(toLogprob) }));
}

/** Undefined: nothing is said. */
export function textOf({ content }: WireMessage): string | undefined {
  if (typeof content === 'string') return content;
  const texts = content?.flatMap((part) => (part.thinking || part.text === null ? [] : [part.text ?? '']));
  return texts === undefined || texts.length === 0 ? undefined : texts.join('');
}

/** As text alone; a seal is in `reasoning_details`. */
export function reasoningOf({ content, reasoning_content, reasoning }: WireMessage): string | undefined {
  const said = reasoning_content ?? reasoning;
  if (said !== null && said !== undefined) return said;
  const thoughts = typeof content === 'string' ? undefined : content?.flatMap((part) => part.thinking ?? []);
  return thoughts === undefined || thoughts.length === 0 ? undefined : thoughts.map((thought) => thought.text).join('');
}

export function citationsOf({ annotations }: WireMessage): Citation[] {
  return (annotations ?? []).flatMap(({ url_citation: cited }: Annotation): Citation[] => {
    if (!cited?.url) return [];
    const { url, title, content, start_index: from, end_index: to } = cited;
    return [
      {
        kind: 'url',
        url,
        title: title ?? undefined,
        citedText: content ?? undefined,
        textFrom: from ?? undefined,
        textTo: to ?? undefined,
      },
    ];
  });
}

export function imagesOf({ images }: WireMessage): ImagePart[] {
  return (images ?? []).flatMap(({ image_url: shown }): ImagePart[] =>
    shown?.url ? [{ type: 'image', source: readUrl(shown.url) }] : [],
  );
}

export function argumentsOf({ function: called }: WireToolCall): string {
  const given = called?.arguments;
  return typeof given === 'string' ? given : given ? JSON.stringify(given) : '';
}
