import * as z from 'zod/mini';
import type { DecodeContext, Decoded } from '../../domain/conversation/codec.ts';
import type { Choice } from '../../domain/conversation/generation.ts';
import type { OutputPart, ReasoningPart, Seal } from '../../domain/conversation/parts.ts';
import { nameCall } from '../../domain/conversation/tool-call-ids.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { readJson } from '../../domain/json/read-json.ts';
import {
  readBlock,
  readCitations,
  readFinish,
  readHead,
  readLogprobs,
  readOther,
  type WireCandidate,
  type WirePart,
  wireResponse,
} from './candidate.ts';
import { readError } from './errors.ts';
import { callSeal, textSeal } from './seals.ts';
import { readUsage } from './usage.ts';

const sealed = (seal: Seal, text = ''): ReasoningPart => ({ type: 'reasoning', text, seal });

function readPart(part: WirePart, nextId: () => string): OutputPart[] {
  const { text, thought, thoughtSignature: signature, functionCall: call } = part;
  if (call?.name) {
    const before = signature ? [sealed(callSeal(signature))] : [];
    const input = JSON.stringify(call.args ?? {});
    return [...before, { type: 'tool_call', id: call.id || nextId(), name: call.name, input }];
  }
  if (text === null || text === undefined) return [readOther(part)];
  if (thought === true) return [signature ? sealed(textSeal(signature), text) : { type: 'reasoning', text }];
  return [
    ...(text === '' ? [] : [{ type: 'text', text } as const]),
    ...(signature ? [sealed(textSeal(signature))] : []),
  ];
}

/** What is grounded is the answer's whole text, so the citations go to its last part. */
function cite(parts: readonly OutputPart[], { groundingMetadata }: WireCandidate): OutputPart[] {
  const said = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const citations = readCitations(groundingMetadata, said);
  const last = parts.findLast(({ type }) => type === 'text');
  if (citations.length === 0 || last?.type !== 'text') return [...parts];
  return parts.map((part) => (part === last ? { ...last, citations } : part));
}

function readCandidate(candidate: WireCandidate, context: DecodeContext): Choice {
  let calls = 0;
  const nextId = () => {
    calls += 1;
    return nameCall(context.id, calls - 1);
  };
  const index = candidate.index ?? 0;
  const parts = (candidate.content?.parts ?? []).flatMap((part) => readPart(part, nextId));
  const hasCalls = parts.some(({ type }) => type === 'tool_call');
  const logprobs = readLogprobs(candidate);
  return {
    index,
    parts: cite(joinTexts(parts), candidate),
    finish: readFinish(candidate, hasCalls),
    ...(logprobs && { logprobs }),
  };
}

/** One text after another is one text, as it is where it comes in pieces. */
function joinTexts(parts: readonly OutputPart[]): OutputPart[] {
  const joined: OutputPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.type === 'text' && part.type === 'text')
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    else if (last?.type === 'reasoning' && part.type === 'reasoning' && last.seal === undefined && part.text !== '') {
      joined[joined.length - 1] = { ...part, text: last.text + part.text };
    } else joined.push(part);
  }
  return joined;
}

export function decodeResponse(body: Uint8Array, context: DecodeContext): Decoded {
  const value = readJson(body);
  const { data } = z.safeParse(wireResponse, value);
  const candidates = data?.candidates ?? [];
  const block = data && readBlock(data);
  if (data === undefined || (candidates.length === 0 && block === undefined)) {
    const error = readError(value);
    if (error === undefined) throw new GatewayFault('upstream_error');
    return { ok: false, error };
  }
  const choices: readonly Choice[] =
    candidates.length === 0 && block !== undefined
      ? [{ index: 0, parts: [], finish: block }]
      : candidates.map((candidate) => readCandidate(candidate, context));
  return { ok: true, generation: { ...readHead(data), choices, usage: readUsage(value) } };
}
