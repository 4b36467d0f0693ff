import * as z from 'zod/mini';
import type { Finish, FinishReason, TokenLogprob } from '../../domain/conversation/generation.ts';
import type { Citation, ImagePart, NativePart } from '../../domain/conversation/parts.ts';

// What whole answers and chunks of them have in common. A detail that makes no sense is taken as absent.

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);
const blob = z.catch(z.nullish(z.object({ mimeType: text, data: text })), null);

export const wirePart = z.looseObject({
  text,
  thought: z.catch(z.nullish(z.boolean()), null),
  thoughtSignature: text,
  functionCall: z.catch(
    z.nullish(
      z.object({
        id: text,
        name: text,
        args: z.nullish(z.unknown()),
        partialArgs: z.nullish(z.unknown()),
        willContinue: z.nullish(z.unknown()),
      }),
    ),
    null,
  ),
  inlineData: blob,
});
export type WirePart = z.infer<typeof wirePart>;

const web = z.catch(z.nullish(z.object({ uri: text, title: text })), null);
const grounding = z.object({
  groundingChunks: z.catch(z.nullish(z.array(z.object({ web, retrievedContext: web }))), null),
  groundingSupports: z.catch(
    z.nullish(
      z.array(
        z.object({
          groundingChunkIndices: z.catch(z.nullish(z.array(z.number())), null),
          segment: z.catch(z.nullish(z.object({ startIndex: number, endIndex: number, text })), null),
        }),
      ),
    ),
    null,
  ),
});
type Grounding = z.infer<typeof grounding>;

const chosen = z.object({ token: z.string(), logProbability: z.number() });
const logprobsResult = z.object({
  chosenCandidates: z.array(chosen),
  topCandidates: z.catch(z.nullish(z.array(z.object({ candidates: z.array(chosen) }))), null),
});

export const wireCandidate = z.object({
  index: number,
  content: z.catch(z.nullish(z.object({ parts: z.catch(z.nullish(z.array(wirePart)), null) })), null),
  finishReason: text,
  finishMessage: text,
  groundingMetadata: z.catch(z.nullish(grounding), null),
  logprobsResult: z.catch(z.nullish(logprobsResult), null),
});
export type WireCandidate = z.infer<typeof wireCandidate>;

export const wireResponse = z.object({
  responseId: text,
  modelVersion: text,
  createTime: text,
  candidates: z.catch(z.nullish(z.array(wireCandidate)), null),
  promptFeedback: z.catch(z.nullish(z.object({ blockReason: text, blockReasonMessage: text })), null),
});
export type WireResponse = z.infer<typeof wireResponse>;

export function readHead({ responseId, modelVersion, createTime }: WireResponse) {
  const created = createTime ? Math.floor(Date.parse(createTime) / 1_000) : Number.NaN;
  return {
    id: responseId ?? undefined,
    model: modelVersion ?? undefined,
    created: Number.isNaN(created) ? undefined : created,
  };
}

const reasons: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['MODEL_ARMOR', 'content_filter'],
  ['MALFORMED_FUNCTION_CALL', 'malformed'],
  ['UNEXPECTED_TOOL_CALL', 'malformed'],
]);

export function readFinish({ finishReason, finishMessage }: WireCandidate, hasCalls: boolean): Finish {
  const reason = reasons.get(finishReason) ?? 'other';
  if (reason === 'stop' && hasCalls) return { reason: 'tool_calls' };
  return { reason, ...(reason === 'content_filter' && finishMessage && { explanation: finishMessage }) };
}

/** Where the prompt itself was refused, there is no candidate. */
export function readBlock({ promptFeedback }: WireResponse): Finish | undefined {
  if (!promptFeedback?.blockReason) return undefined;
  const explanation = promptFeedback.blockReasonMessage;
  return { reason: 'content_filter', ...(explanation && { explanation }) };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Gemini counts bytes, the others characters. */
function toCharacters(bytes: Uint8Array, end: number | null | undefined): number | undefined {
  return end === null || end === undefined ? undefined : decoder.decode(bytes.subarray(0, end)).length;
}

/** Of the whole text of the answer. */
export function readCitations(metadata: Grounding | null | undefined, said: string): Citation[] {
  const sources = metadata?.groundingChunks ?? [];
  const bytes = encoder.encode(said);
  return (metadata?.groundingSupports ?? []).flatMap(({ groundingChunkIndices, segment }) =>
    (groundingChunkIndices ?? []).flatMap((index): Citation[] => {
      const source = sources[index]?.web ?? sources[index]?.retrievedContext;
      if (!source?.uri) return [];
      return [
        {
          kind: 'url',
          url: source.uri,
          title: source.title ?? undefined,
          citedText: segment?.text ?? undefined,
          textFrom: toCharacters(bytes, segment?.startIndex ?? 0),
          textTo: toCharacters(bytes, segment?.endIndex),
        },
      ];
    }),
  );
}

export function readLogprobs({ logprobsResult: result }: WireCandidate): TokenLogprob[] | undefined {
  const toLogprob = ({ token, logProbability }: z.infer<typeof chosen>) => ({
    token,
    logprob: logProbability,
    bytes: [...encoder.encode(token)],
  });
  return result?.chosenCandidates.map((each, index) => ({
    ...toLogprob(each),
    top: (result.topCandidates?.[index]?.candidates ?? []).map(toLogprob),
  }));
}

/** What is neither text nor a call: an image, or what ran at the provider. */
export function readOther(part: WirePart): ImagePart | NativePart {
  const { inlineData } = part;
  if (inlineData?.data && inlineData.mimeType?.startsWith('image/')) {
    return { type: 'image', source: { kind: 'base64', mediaType: inlineData.mimeType, data: inlineData.data } };
  }
  const name = Object.keys(part).find((member) => member !== 'thoughtSignature' && part[member] !== null) ?? 'part';
  return { type: 'native', dialect: 'gemini', name, value: part };
}
