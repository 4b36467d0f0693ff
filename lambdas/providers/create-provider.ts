import type { EncodedRequest } from '../domain/conversation/codec.ts';
import { accept } from '../domain/errors.ts';
import type { Provider, Surface, UpstreamCall } from '../domain/upstream/chat-provider.ts';
import { toUpstreamBody } from './pass-through/request.ts';
import { toAnswer } from './pass-through/response.ts';
import type { NativeRoute, ProviderKind } from './provider-kind.ts';
import type { UpstreamRequest, UpstreamResponse } from './transport.ts';

/** Carries one request to a provider and gives the head of the answer. */
export type Send = (request: UpstreamRequest) => Promise<UpstreamResponse>;

export interface ProviderOptions {
  /** The `provider` of `provider/model`. */
  readonly name: string;
  /** Ends before the path of a route. */
  readonly baseUrl: string;
  readonly credential: Provider['credential'];
  readonly kind: ProviderKind;
  /** Whose quirks it has. @default those of its kind, or else of its name */
  readonly quirks?: string | undefined;
  readonly send: Send;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
}

/** The surfaces that ask a model for an answer, and that can be translated from one to the other. */
const translated: ReadonlySet<Surface> = new Set(['chat-completions', 'responses', 'messages']);

function pick(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** A provider of any kind, where stage configuration says that it is. */
export function createProvider(options: ProviderOptions): Provider {
  const { name, credential, kind, send, nowSeconds } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const quirks = options.quirks ?? kind.quirks ?? name;
  // Taken apart once: it costs more than the rest of a small request.
  const urls = new Map<string, URL>();

  function urlOf(route: NativeRoute): URL {
    const url = urls.get(route.path) ?? new URL(`${baseUrl}${route.path}`);
    urls.set(route.path, url);
    return url;
  }

  function post(call: UpstreamCall, url: URL, body: Uint8Array, more: EncodedRequest['headers'] = {}) {
    const headers = {
      ...pick(call.headers, kind.clientHeaders),
      ...more,
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'portcullis',
    };
    const authorization = kind.authorize({ url, headers, body }, call.credential);
    return send({ url, headers: { ...headers, ...authorization }, body, timeouts: call.timeouts });
  }

  return {
    name,
    credential,
    serves: (surface) => kind.natives[surface] !== undefined || translated.has(surface),
    async call(call) {
      const native = kind.natives[call.surface];
      if (native !== undefined) {
        const response = await post(call, urlOf(native), toUpstreamBody(call));
        return accept(await toAnswer(call, response, await native.tap()));
      }
      const { callTranslated } = await import('./translation/call-translated.ts');
      return callTranslated(call, {
        codecs: kind.codecs,
        quirks,
        nowSeconds,
        post: ({ path, headers, body }) => post(call, new URL(`${baseUrl}${path}`), encodeJson(body), headers),
      });
    },
  };
}

const encoder = new TextEncoder();

function encodeJson(body: object): Uint8Array {
  return encoder.encode(JSON.stringify(body));
}
