import type { ChatAnswer, ChatCall, ChatProvider } from '../../domain/upstream/chat-provider.ts';
import { echo, type Stamp, toCompletion } from './response.ts';
import { toChunks } from './stream.ts';

const encoder = new TextEncoder();

function answer({ request }: ChatCall, stamp: Stamp): ChatAnswer {
  const said = echo(request);
  if (request.stream !== true) {
    const body = encoder.encode(JSON.stringify(toCompletion(said, stamp)));
    return { kind: 'complete', status: 200, headers: { 'content-type': 'application/json' }, body, usage: said.usage };
  }
  const chunks = toChunks(said, stamp, request.stream_options?.include_usage === true);
  return {
    kind: 'stream',
    status: 200,
    headers: {},
    async deliver(write, noteUsage) {
      for (const chunk of chunks) await write(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`));
      await write(encoder.encode('data: [DONE]\n\n'));
      noteUsage(said.usage);
    },
  };
}

export interface EchoProviderOptions {
  readonly name: string;
  readonly newId: () => string;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
}

/** Answers with what it was asked, so that the first request works before any credential is stored. */
export function createEchoProvider({ name, newId, nowSeconds }: EchoProviderOptions): ChatProvider {
  return {
    name,
    credential: 'none',
    chat: async (call) =>
      answer(call, { id: `chatcmpl-${newId()}`, created: nowSeconds(), model: `${name}/${call.model}` }),
  };
}
