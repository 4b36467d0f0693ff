import * as z from 'zod/mini';
import type { DecodeContext, Decoded } from '../../domain/conversation/codec.ts';
import type { FinishReason } from '../../domain/conversation/generation.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { readJson } from '../../domain/json/read-json.ts';
import { readError } from './errors.ts';
import { readItem, readLogprobs, wireItem } from './items.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

export const wireHead = z.object({
  id: text,
  model: text,
  created_at: number,
  service_tier: text,
});

export function readHead({ id, model, created_at, service_tier }: z.infer<typeof wireHead>) {
  return {
    id: id ?? undefined,
    model: model ?? undefined,
    created: created_at === null || created_at === undefined ? undefined : Math.floor(created_at),
    serviceTier: service_tier ?? undefined,
  };
}

export const wireEnd = z.object({
  status: text,
  incomplete_details: z.catch(z.nullish(z.object({ reason: text })), null),
});

export function readReason({ status, incomplete_details }: z.infer<typeof wireEnd>, hasCalls: boolean): FinishReason {
  const reason = incomplete_details?.reason;
  if (reason === 'max_output_tokens' || reason === 'max_tokens') return 'length';
  if (reason === 'content_filter') return 'content_filter';
  if (hasCalls) return 'tool_calls';
  return status === 'completed' && !reason ? 'stop' : 'other';
}

const response = z.object({ object: z.literal('response'), output: z.array(wireItem) });
const failed = z.object({ status: z.literal('failed'), error: z.unknown() });

export function decodeResponse(body: Uint8Array, { target }: DecodeContext): Decoded {
  const value = readJson(body);
  const failure = z.safeParse(failed, value).data;
  const { data } = z.safeParse(response, value);
  if (data === undefined || failure !== undefined) {
    const error = readError(failure === undefined ? value : { error: failure.error });
    if (error === undefined) throw new GatewayFault('upstream_error');
    return { ok: false, error };
  }
  const parts = data.output.flatMap((item) => readItem(item, target.provider));
  const logprobs = data.output.flatMap(({ content }) =>
    (content ?? []).flatMap((piece) => readLogprobs(piece.logprobs) ?? []),
  );
  const hasCalls = parts.some(({ type }) => type === 'tool_call');
  const choice = {
    index: 0,
    parts,
    finish: { reason: readReason(z.parse(wireEnd, value), hasCalls) },
    ...(logprobs.length > 0 && { logprobs }),
  };
  return {
    ok: true,
    generation: { ...readHead(z.parse(wireHead, value)), choices: [choice], usage: readUsage(value) },
  };
}
