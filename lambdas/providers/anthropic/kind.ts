import type { ProviderKind } from '../provider-kind.ts';

const tap = async () => (await import('./tap.ts')).messageTap;
const countTap = async () => (await import('../pass-through/free-tap.ts')).freeTap;

export const anthropic: ProviderKind = {
  natives: {
    messages: { path: '/messages', tap },
    'count-tokens': { path: '/messages/count_tokens', tap: countTap },
  },
  codecs: [async () => (await import('./codec.ts')).egress],
  authorize: ({ headers }, credential) => ({
    'anthropic-version': headers['anthropic-version'] ?? '2023-06-01',
    ...(credential !== undefined && { 'x-api-key': credential }),
  }),
  clientHeaders: ['anthropic-version', 'anthropic-beta'],
};
