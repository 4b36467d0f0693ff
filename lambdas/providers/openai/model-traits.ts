import type { Effort } from '../../domain/conversation/generation-request.ts';

// What OpenAI's models take, by their names, as https://developers.openai.com/api/docs/models says; as of 2026-11.

export interface ModelTraits {
  /** Undefined: it does not reason. */
  readonly efforts: readonly Effort[] | undefined;
  /** Temperature and its like: always, or only where it is not to reason. */
  readonly sampling: 'always' | 'without_reasoning' | 'never';
  /** With tools, Chat Completions takes no reasoning. */
  readonly isChatWithoutReasoning: boolean;
  /** Takes marks of where a prefix is worth keeping. */
  readonly hasBreakpoints: boolean;
}

const plain: ModelTraits = {
  efforts: undefined,
  sampling: 'always',
  isChatWithoutReasoning: false,
  hasBreakpoints: false,
};

function effortsOf(major: number, minor: number): readonly Effort[] {
  if (major >= 6) return ['none', 'low', 'medium', 'high', 'xhigh', 'max'];
  if (minor === 0) return ['minimal', 'low', 'medium', 'high'];
  if (minor === 1) return ['none', 'low', 'medium', 'high'];
  return minor < 6 ? ['none', 'low', 'medium', 'high', 'xhigh'] : ['none', 'low', 'medium', 'high', 'xhigh', 'max'];
}

export function findTraits(model: string): ModelTraits {
  const name = model.slice(model.lastIndexOf('/') + 1);
  if (/^o\d/.test(name)) return { ...plain, efforts: ['low', 'medium', 'high'], sampling: 'never' };
  const [, majorText, minorText, variant = ''] = /^gpt-(\d+)(?:\.(\d+))?(?:-(.+))?$/.exec(name) ?? [];
  const major = Number(majorText ?? 0);
  const minor = Number(minorText ?? 0);
  if (major < 5 || variant.startsWith('chat')) return plain;
  const isRecent = major > 5 || minor >= 6;
  return {
    efforts: effortsOf(major, minor),
    sampling: major === 5 && minor >= 1 ? 'without_reasoning' : 'never',
    isChatWithoutReasoning: major === 5 && minor >= 6,
    hasBreakpoints: isRecent,
  };
}
