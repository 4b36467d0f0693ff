import type { Provider, ProviderDirectory } from '../domain/upstream/chat-provider.ts';
import { anthropic } from './anthropic/kind.ts';
import { azureOpenAi } from './azure-openai/kind.ts';
import { bedrockIn, type SignForBedrock } from './bedrock/kind.ts';
import { createProvider, type Send } from './create-provider.ts';
import { gemini } from './gemini/kind.ts';
import { compatible, openAi } from './openai/kind.ts';
import type { ProviderKind } from './provider-kind.ts';
import { sendUpstream } from './transport.ts';

/** What stage configuration calls each kind of provider: adding one takes a folder, and a line here. */
const kinds = {
  'openai-compatible': compatible,
  openai: openAi,
  'azure-openai': azureOpenAi,
  anthropic,
  gemini,
} as const satisfies Readonly<Record<string, ProviderKind>>;

/** Where a provider is and what it speaks, as stage configuration says it. */
export type ProviderConfig =
  | {
      readonly baseUrl: string;
      readonly credential: 'required' | 'optional';
      /** @default 'openai-compatible' */
      readonly api?: keyof typeof kinds | undefined;
      /** Whose quirks it has: `mistral`, `vllm`. @default those of the provider's name */
      readonly quirks?: string | undefined;
    }
  | { readonly api: 'bedrock'; readonly baseUrl: string; readonly region: string }
  | { readonly builtin: 'echo' };

export interface ProviderPorts {
  readonly newId: () => string;
  /** The time now, Unix seconds. */
  readonly nowSeconds: () => number;
  readonly signForBedrock: SignForBedrock;
}

function toProvider(name: string, config: ProviderConfig, ports: ProviderPorts): Provider {
  const { nowSeconds } = ports;
  if ('builtin' in config) {
    const send: Send = async (request) => (await import('./echo/send.ts')).createEcho({ name, ...ports })(request);
    return createProvider({ name, baseUrl: 'http://echo', credential: 'none', kind: compatible, send, nowSeconds });
  }
  if (config.api === 'bedrock') {
    const { baseUrl, region } = config;
    const kind = bedrockIn(region, ports.signForBedrock);
    return createProvider({ name, baseUrl, credential: 'none', kind, send: sendUpstream, nowSeconds });
  }
  const { api = 'openai-compatible', ...rest } = config;
  return createProvider({ name, ...rest, kind: kinds[api], send: sendUpstream, nowSeconds });
}

/** Every provider that the stage allows. Nothing that a caller sends can add one, or move one to another host. */
export function createProviders(
  configs: Readonly<Record<string, ProviderConfig>>,
  ports: ProviderPorts,
): ProviderDirectory {
  return new Map(Object.entries(configs).map(([name, config]) => [name, toProvider(name, config, ports)]));
}
