import type { EgressCodec, EncodedRequest, IngressCodec, Target } from '../../domain/conversation/codec.ts';
import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import type { Translated } from '../../domain/conversation/translation-log.ts';
import { accept, GatewayFault, type Outcome, type Refused, refuse } from '../../domain/errors.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';
import type { Surface, UpstreamAnswer, UpstreamCall } from '../../domain/upstream/chat-provider.ts';
import type { UpstreamResponse } from '../transport.ts';
import { translateAnswer } from './translate-answer.ts';

/** The dialects of clients, loaded when the first of them calls. */
const ingresses: { readonly [Name in Surface]?: () => Promise<IngressCodec> } = {
  'chat-completions': async () => (await import('../openai/ingress/codec.ts')).ingress,
  responses: async () => (await import('../openai-responses/ingress/codec.ts')).ingress,
  messages: async () => (await import('../anthropic/ingress/codec.ts')).ingress,
};

/** How a request gets to a provider of another dialect. */
export interface Way {
  /** In the order to try. */
  readonly codecs: readonly (() => Promise<EgressCodec>)[];
  /** By what name the codec knows the provider's quirks. */
  readonly quirks: string;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
  readonly post: (request: EncodedRequest) => Promise<UpstreamResponse>;
}

interface Encoded {
  readonly codec: EgressCodec;
  readonly translated: Translated<EncodedRequest>;
}

/** By the first dialect that can say it; where none can, the first one's reason counts. */
async function encode(request: GenerationRequest, target: Target, codecs: Way['codecs']): Promise<Outcome<Encoded>> {
  let refused: Refused | undefined;
  for (const load of codecs) {
    const codec = await load();
    const encoded = codec.encodeRequest(request, target);
    if (encoded.ok) return accept({ codec, translated: encoded.value });
    refused ??= encoded;
  }
  if (refused === undefined) throw new GatewayFault('internal_error', { unsent: true });
  return refused;
}

function decode(ingress: IngressCodec, { body, model, maxOutputTokens }: UpstreamCall) {
  const value = tryReadJson(body);
  if (typeof value !== 'object' || value === null) throw new GatewayFault('internal_error', { unsent: true });
  const decoded = ingress.decodeRequest(value);
  if (!decoded.ok) return decoded;
  const request: GenerationRequest = { ...decoded.value.value, model };
  return accept({
    dropped: decoded.value.dropped,
    request: maxOutputTokens === undefined ? request : { ...request, maxOutputTokens },
  });
}

/** Asks a provider in its own dialect what a client asks in another, and answers in the client's. */
export async function callTranslated(call: UpstreamCall, way: Way): Promise<Outcome<UpstreamAnswer>> {
  const { surface, model, requestId, modelMaxTokens } = call;
  const ingress = await ingresses[surface]?.();
  if (ingress === undefined) throw new GatewayFault('internal_error', { unsent: true });
  // It becomes a part of a path, which it must not lead out of.
  if (/^\.{1,2}$/.test(model)) return refuse('model_not_found', 'There is no model of that name.', 'model');
  const decoded = decode(ingress, call);
  if (!decoded.ok) return decoded;
  const { request } = decoded.value;
  const target: Target = { provider: way.quirks, model, maxOutputTokens: modelMaxTokens };
  const encoded = await encode(request, target, way.codecs);
  if (!encoded.ok) return encoded;
  const { codec, translated } = encoded.value;
  const response = await way.post(translated.value);
  const answered = { ingress, codec, decodeContext: { id: requestId, target } };
  const answerContext = { id: requestId, created: way.nowSeconds(), model, request };
  const dropped = [...decoded.value.dropped, ...translated.dropped];
  return accept(await translateAnswer(response, { ...answered, answerContext, dropped }));
}
