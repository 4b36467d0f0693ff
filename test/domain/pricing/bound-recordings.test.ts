import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readChatRequest } from '../../../lambdas/domain/inference/outline-chat.ts';
import { boundFor } from '../../../lambdas/domain/pricing/bound-for.ts';
import { chargeFor } from '../../../lambdas/domain/pricing/charge-for.ts';
import { findModel } from '../../../lambdas/domain/pricing/find-model.ts';
import { completeRates, type ModelFacts } from '../../../lambdas/domain/pricing/price.ts';
import type { Usage } from '../../../lambdas/domain/upstream/chat-provider.ts';
import { readUsage } from '../../../lambdas/providers/openai/usage.ts';
import { finish, initialState, reduce } from '../../../lambdas/providers/pass-through/stream.ts';
import { jsonBytes, loadChatRecordings, type Recording, recordingsDir } from '../../support/recordings.ts';

const providers: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'resource-name.cognitiveservices.azure.com': 'openai',
  'api.groq.com': 'groq',
  'api.mistral.ai': 'mistral',
  'api.deepseek.com': 'deepseek',
  'api.cerebras.ai': 'cerebras',
  'api.perplexity.ai': 'perplexity',
  'rubyllm.services.ai.azure.com': 'xai',
  'openrouter.ai': 'openrouter',
};

/** For models that the catalogue does not price, as an operator would. */
const operatorPriced: ModelFacts = {
  price: { rates: completeRates({ input: 3_000_000, output: 15_000_000 }), longContext: [], requestNano: 0 },
  contextWindow: 1_000_000,
  maxOutputTokens: undefined,
};

function usageOf({ stream, body }: Recording): Usage | undefined {
  if (!stream) return readUsage(JSON.parse(Buffer.from(body).toString()));
  return finish(reduce(initialState, body, false).state, false).state.usage;
}

interface Swept {
  readonly id: string;
  readonly bound: number;
  readonly charge: number;
  readonly tokens: number;
  readonly used: number;
}

/** Undefined where nothing was used; a string where the request is refused under a cap, and why. */
function sweep(recording: Recording, atMs: number): Swept | string | undefined {
  const parsed = readChatRequest(recording.request);
  const used = usageOf(recording);
  if (!parsed.ok || used === undefined) return undefined;
  const provider = providers[recording.host] ?? recording.host;
  const model = recording.request.model;
  const known = findModel(provider, model, atMs);
  const facts = known.price === undefined ? operatorPriced : known;
  const bodyBytes = jsonBytes(recording.request).length;
  const limits = { isCapped: true, isTokenLimited: false, defaultMaxTokens: 4_096 };
  const outcome = boundFor({ outline: parsed.value, bodyBytes, provider, model, facts }, limits);
  if (!outcome.ok) return `${outcome.refusal.code} ${outcome.refusal.param}`;
  return {
    id: recording.id,
    bound: outcome.value.amountNano,
    charge: facts.price === undefined ? Number.NaN : chargeFor(facts.price, used),
    tokens: outcome.value.tokens,
    used: used.inputTokens + used.outputTokens,
  };
}

const quantile = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;

const recordings = loadChatRecordings()?.filter(({ status }) => status === 200);

if (recordings === undefined) {
  it('the recordings are not here: no recorded request could be bounded', () => {
    expect(existsSync(recordingsDir)).toBe(false);
  });
} else {
  it('no recorded request ever cost or counted more than its bound', () => {
    const results = recordings.map((recording) => sweep(recording, Date.parse('2026-11-22')));
    const swept = results.filter((result) => typeof result === 'object');
    const refused = results.filter((result) => typeof result === 'string');
    const within = swept.filter(({ bound, charge, tokens, used }) => bound >= charge && tokens >= used);
    const looseness = swept.map(({ tokens, used }) => tokens / used).sort((left, right) => left - right);
    const figures = [0, 0.1, 0.5, 0.9, 1].map((share) => quantile(looseness, share).toFixed(1)).join(' / ');
    process.stdout.write(
      `bounds: ${within.length} of ${swept.length} recordings within their bound; bound ÷ use in tokens, ` +
        `min / p10 / p50 / p90 / max: ${figures}; refused under a cap: ${refused.length} (${[...new Set(refused)].join(', ')}); ` +
        `without usage: ${recordings.length - swept.length - refused.length}\n`,
    );
    expect(swept.filter((result) => !within.includes(result))).toEqual([]);
    expect(swept.length).toBeGreaterThan(250);
  });
}
