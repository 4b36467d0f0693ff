import { nearestEffort } from '../../domain/conversation/effort.ts';
import type { Effort } from '../../domain/conversation/generation-request.ts';
import type { IdRule } from '../../domain/conversation/tool-call-ids.ts';

// What differs between the makers of Bedrock's models, as far as Converse does not even it out. As of 2026-11:
// https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html

export interface ModelFamily {
  readonly isClaude: boolean;
  /** Keeps marked prefixes. */
  readonly hasCache: boolean;
  /** Goes on with an answer that the client began. */
  readonly hasPrefill: boolean;
  readonly ids: IdRule;
  /** Undefined: it takes no effort. */
  readonly writeEffort: ((effort: Effort) => object | undefined) | undefined;
  /** Undefined: it takes none. */
  readonly writeTopK: ((topK: number) => object) | undefined;
}

const usualIds: IdRule = { pattern: /^[\w-]{1,64}$/, replace: (n) => `tooluse_${n}` };

const plain: ModelFamily = {
  isClaude: false,
  hasCache: false,
  hasPrefill: false,
  ids: usualIds,
  writeEffort: undefined,
  writeTopK: undefined,
};

const claude: ModelFamily = {
  ...plain,
  isClaude: true,
  hasCache: true,
  hasPrefill: true,
  writeTopK: (top_k) => ({ top_k }),
};

const novaEfforts = ['low', 'medium', 'high'] as const;

function writeNovaEffort(effort: Effort): object {
  if (effort === 'none') return { reasoningConfig: { type: 'disabled' } };
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort: nearestEffort(effort, novaEfforts) } };
}

const nova: ModelFamily = {
  ...plain,
  hasCache: true,
  writeTopK: (topK) => ({ inferenceConfig: { topK } }),
};

const openAi: ModelFamily = {
  ...plain,
  writeEffort: (effort) => ({ reasoning_effort: nearestEffort(effort, novaEfforts) }),
};

const rules: readonly (readonly [RegExp, ModelFamily])[] = [
  [/claude/, claude],
  [/nova-2/, { ...nova, writeEffort: writeNovaEffort }],
  [/nova/, nova],
  [/gpt-oss/, openAi],
  [
    /mistral|pixtral|magistral/,
    { ...plain, ids: { pattern: /^[a-zA-Z0-9]{9}$/, replace: (n) => `c${String(n).padStart(8, '0')}` } },
  ],
];

export function findFamily(model: string): ModelFamily {
  return rules.find(([pattern]) => pattern.test(model))?.[1] ?? plain;
}
