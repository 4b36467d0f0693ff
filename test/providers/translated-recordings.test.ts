import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AnswerSummary, differences } from '../support/answer-summary.ts';
import {
  type ClientDialect,
  clientDialects,
  decodePieces,
  translateAnswer,
  translatedApis,
} from '../support/codecs.ts';
import { knownDifferences } from '../support/known-differences.ts';
import { readByOracle } from '../support/oracle.ts';
import { loadAnswers, type RecordedAnswer, recordingsDir, splits } from '../support/recordings.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;

/** One in so many, unless everything is to be proven. */
const sampling = isProof ? 1 : 3;

const all = loadAnswers(translatedApis)?.filter(({ status }) => status === 200);
const recordings = all?.filter((_recording, index) => index % sampling === 0);

type Reading = AnswerSummary | { readonly error: string };

async function attempt(read: () => Promise<Reading>): Promise<Reading> {
  try {
    return await read();
  } catch (cause) {
    return { error: String(cause) };
  }
}

async function readTranslated(recording: RecordedAnswer, { ingress, read }: ClientDialect): Promise<Reading> {
  const sent = translateAnswer(recording, ingress);
  return typeof sent === 'string' ? { error: sent } : read(sent);
}

interface Comparison {
  readonly ours: Reading;
  readonly oracle: Reading;
  /** The members in which they differ; `error`: one of them is none. */
  readonly different: readonly string[];
}

async function compare(recording: RecordedAnswer, dialect: ClientDialect): Promise<Comparison> {
  const oracle = await attempt(() => readByOracle(recording));
  const ours = await attempt(() => readTranslated(recording, dialect));
  if (!('error' in oracle || 'error' in ours)) return { ours, oracle, different: differences(ours, oracle) };
  return { ours, oracle, different: 'error' in oracle && 'error' in ours ? [] : ['error'] };
}

function explain(recording: RecordedAnswer, dialect: string, member: string, { ours, oracle }: Comparison) {
  const known = knownDifferences.find((each) => each.member === member && each.appliesTo(recording, dialect));
  const isAllowed = 'error' in ours || 'error' in oracle || (known?.allows?.(ours, oracle) ?? true);
  return isAllowed ? known?.reason : undefined;
}

async function sweep(dialect: ClientDialect, provider: string, swept: readonly RecordedAnswer[]): Promise<string[]> {
  const unexplained: string[] = [];
  const reasons = new Map<string, number>();
  let equal = 0;
  for (const recording of swept) {
    const compared = await compare(recording, dialect);
    const { different } = compared;
    if (different.length === 0) equal += 1;
    for (const member of different) {
      const reason = explain(recording, dialect.name, member, compared);
      if (reason === undefined) unexplained.push(`${recording.id} (${recording.host}): ${member}`);
      else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  const listed = [...reasons].map(([reason, count]) => `\n    ${count}: ${reason}`).join('');
  process.stdout.write(
    `${provider} for a client of ${dialect.name}: ${equal} of ${swept.length} as the provider said it${listed}\n`,
  );
  return unexplained;
}

if (recordings === undefined) {
  it('the recordings are not here: none could be translated', () => {
    expect(existsSync(recordingsDir)).toBe(false);
  });
} else {
  const providers = [...new Set(recordings.map(({ provider }) => provider))];

  describe.each(clientDialects)('for a client of $name', (dialect) => {
    it.each(providers)('an answer of %s says what it said, as the official SDK reads it', async (provider) => {
      const swept = recordings.filter((recording) => recording.provider === provider);
      expect(await sweep(dialect, provider, swept)).toEqual([]);
      expect(swept.length).toBeGreaterThan(20);
    });
  });

  it('a stream says the same in whatever pieces it arrives', () => {
    const streams = recordings.filter(({ stream }) => stream);
    for (const recording of streams) {
      const [whole, ...pieces] = splits.map(({ cut }) => decodePieces(recording, cut(recording.body)));
      const expected = JSON.stringify(whole);
      for (const events of pieces) expect(JSON.stringify(events) === expected, recording.id).toBe(true);
    }
    expect(streams.length).toBeGreaterThan(isProof ? 80 : 20);
  });
}
