import type { ProviderDirectory } from '../domain/upstream/chat-provider.ts';
import { createEchoProvider, type EchoProviderOptions } from './echo/chat-provider.ts';
import { createOpenAiProvider } from './pass-through/chat-provider.ts';

/** Where a provider is, as stage configuration says it. */
export type ProviderConfig =
  | { readonly baseUrl: string; readonly credential: 'required' | 'optional' }
  | { readonly builtin: 'echo' };

/** Every provider that the stage allows. Nothing that a caller sends can add one, or move one to another host. */
export function createProviders(
  configs: Readonly<Record<string, ProviderConfig>>,
  ports: Omit<EchoProviderOptions, 'name'>,
): ProviderDirectory {
  return new Map(
    Object.entries(configs).map(([name, config]) => [
      name,
      'builtin' in config ? createEchoProvider({ name, ...ports }) : createOpenAiProvider({ name, ...config }),
    ]),
  );
}
