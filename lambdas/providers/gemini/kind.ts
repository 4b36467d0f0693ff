import type { ProviderKind } from '../provider-kind.ts';

export const gemini: ProviderKind = {
  natives: {},
  codecs: [async () => (await import('./codec.ts')).egress],
  authorize: (_request, credential): Readonly<Record<string, string>> =>
    credential === undefined ? {} : { 'x-goog-api-key': credential },
  clientHeaders: [],
};
