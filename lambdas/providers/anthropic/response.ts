import * as z from 'zod/mini';
import type { Decoded } from '../../domain/conversation/codec.ts';
import type { Finish } from '../../domain/conversation/generation.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { readJson } from '../../domain/json/read-json.ts';
import { readBlock, wireBlock } from './blocks.ts';
import { readError } from './errors.ts';
import { readStopReason } from './stop-reason.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);

export const wireStop = z.object({
  stop_reason: text,
  stop_sequence: text,
  stop_details: z.catch(z.nullish(z.object({ explanation: text })), null),
});

export function readStop({ stop_reason, stop_sequence, stop_details }: z.infer<typeof wireStop>): Finish {
  return {
    reason: readStopReason(stop_reason),
    ...(stop_sequence && { stopSequence: stop_sequence }),
    ...(stop_details?.explanation && { explanation: stop_details.explanation }),
  };
}

export const wireHead = z.object({
  id: text,
  model: text,
  usage: z.catch(z.nullish(z.object({ service_tier: text })), null),
});

export function readHead({ id, model, usage }: z.infer<typeof wireHead>) {
  return { id: id ?? undefined, model: model ?? undefined, serviceTier: usage?.service_tier ?? undefined };
}

const message = z.object({ type: z.literal('message'), content: z.array(wireBlock) });

export function decodeResponse(body: Uint8Array): Decoded {
  const value = readJson(body);
  const { data } = z.safeParse(message, value);
  if (data === undefined) {
    const error = readError(value);
    if (error === undefined) throw new GatewayFault('upstream_error');
    return { ok: false, error };
  }
  const head = z.parse(wireHead, value);
  const finish = readStop(z.parse(wireStop, value));
  const choice = { index: 0, parts: data.content.map(readBlock), finish };
  return { ok: true, generation: { ...readHead(head), choices: [choice], usage: readUsage(value) } };
}
