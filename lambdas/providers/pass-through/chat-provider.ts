import type { ChatProvider } from '../../domain/upstream/chat-provider.ts';
import { sendUpstream } from '../transport.ts';
import { toUpstreamBody } from './request.ts';
import { toAnswer } from './response.ts';

export interface OpenAiProviderOptions {
  /** The `provider` of `provider/model`. */
  readonly name: string;
  /** Ends before `/chat/completions`. */
  readonly baseUrl: string;
  readonly credential: 'required' | 'optional';
}

/** OpenAI, and every server that speaks its dialect: what differs between them is data. */
export function createOpenAiProvider({ name, baseUrl, credential }: OpenAiProviderOptions): ChatProvider {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/chat/completions`);
  return {
    name,
    credential,
    async chat(call) {
      const authorization: Record<string, string> =
        call.credential === undefined ? {} : { authorization: `Bearer ${call.credential}` };
      const response = await sendUpstream({
        url,
        headers: {
          ...call.headers,
          ...authorization,
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'portcullis',
        },
        body: toUpstreamBody(call),
        timeouts: call.timeouts,
      });
      return toAnswer(call, response);
    },
  };
}
