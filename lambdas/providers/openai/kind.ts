import { bearer } from '../bearer.ts';
import { chatTap } from '../pass-through/chat-tap.ts';
import type { ProviderKind } from '../provider-kind.ts';

const embeddings = async () => (await import('../pass-through/embedding-tap.ts')).embeddingTap;
const moderations = async () => (await import('../pass-through/moderation-tap.ts')).moderationTap;
const responses = async () => (await import('../openai-responses/tap.ts')).responseTap;
const chatCodec = async () => (await import('./codec.ts')).egress;
const responsesCodec = async () => (await import('../openai-responses/codec.ts')).egress;

/** Any server that speaks Chat Completions. */
export const compatible: ProviderKind = {
  natives: {
    'chat-completions': { path: '/chat/completions', tap: () => chatTap },
    embeddings: { path: '/embeddings', tap: embeddings },
    moderations: { path: '/moderations', tap: moderations },
  },
  codecs: [chatCodec],
  authorize: bearer,
  clientHeaders: ['openai-beta'],
};

/** OpenAI itself. Responses is what it wants its newer models to be asked by; it has no stop sequences. */
export const openAi: ProviderKind = {
  ...compatible,
  natives: { ...compatible.natives, responses: { path: '/responses', tap: responses } },
  codecs: [responsesCodec, chatCodec],
  quirks: 'openai',
};
