import type { EgressCodec, IngressCodec, Target } from '../../lambdas/domain/conversation/codec.ts';
import { parseExactly } from '../../lambdas/domain/json/exact-json.ts';

export interface TranslatedRequest {
  /** As it would be sent. */
  readonly text: string;
  readonly body: unknown;
  readonly dropped: readonly string[];
}

function asObject(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new Error('the body is no object');
  return value;
}

function decodeBody(ingress: IngressCodec, body: unknown) {
  return ingress.decodeRequest(asObject(parseExactly(typeof body === 'string' ? body : JSON.stringify(body))));
}

/** The refused field, or the request in the target's dialect. */
export function tryTranslateRequest(
  ingress: IngressCodec,
  egress: EgressCodec,
  target: Target,
  body: unknown,
): TranslatedRequest | string {
  const decoded = decodeBody(ingress, body);
  if (!decoded.ok) return String(decoded.refusal.param);
  const encoded = egress.encodeRequest(decoded.value.value, target);
  if (!encoded.ok) return String(encoded.refusal.param);
  const text = JSON.stringify(encoded.value.value.body);
  return { text, body: JSON.parse(text), dropped: [...decoded.value.dropped, ...encoded.value.dropped] };
}

export function translateRequest(
  ingress: IngressCodec,
  egress: EgressCodec,
  target: Target,
  body: unknown,
): TranslatedRequest {
  const translated = tryTranslateRequest(ingress, egress, target, body);
  if (typeof translated === 'string') throw new Error(`refused: ${translated}`);
  return translated;
}
