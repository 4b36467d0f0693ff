import { parseChatRequest } from '../../domain/chat/chat-request.ts';
import { answerRefusal, refuse } from '../../domain/errors.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';
import type { Send } from '../create-provider.ts';
import type { UpstreamResponse } from '../transport.ts';
import { echo, toCompletion } from './response.ts';
import { toChunks } from './stream.ts';

const encoder = new TextEncoder();

function respond(status: number, type: string, pieces: readonly string[]): UpstreamResponse {
  return {
    status,
    headers: { 'content-type': type },
    async deliver(write) {
      for (const piece of pieces) await write(encoder.encode(piece));
    },
    cancel: () => undefined,
  };
}

export interface EchoOptions {
  readonly name: string;
  readonly newId: () => string;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
}

/**
 * A server of Chat Completions that answers with what it was asked, within the process, so that the first request works
 * before any credential is stored.
 */
export function createEcho({ name, newId, nowSeconds }: EchoOptions): Send {
  return async ({ url, body }) => {
    const isChat = url.pathname.endsWith('/chat/completions');
    const parsed = isChat ? parseChatRequest(tryReadJson(body)) : refuse('not_found', 'The echo can only chat.');
    if (!parsed.ok) {
      const { status, body: told } = answerRefusal(parsed.refusal);
      return respond(status, 'application/json', [JSON.stringify(told)]);
    }
    const request = parsed.value;
    const said = echo(request);
    const stamp = { id: `chatcmpl-${newId()}`, created: nowSeconds(), model: `${name}/${request.model}` };
    if (request.stream !== true) return respond(200, 'application/json', [JSON.stringify(toCompletion(said, stamp))]);
    const chunks = toChunks(said, stamp, request.stream_options?.include_usage === true);
    const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    return respond(200, 'text/event-stream', [...events, 'data: [DONE]\n\n']);
  };
}
