import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice, Generation } from '../../lambdas/domain/conversation/generation.ts';
import { differences } from '../support/answer-summary.ts';
import { answerContext, type ClientDialect, clientDialects, decodeContext } from '../support/codecs.ts';
import { generation, summarizeGeneration, toEvents } from '../support/generation-arbitraries.ts';
import { expectOrder, gather, passAll } from '../support/pass-events.ts';
import { toBytes } from '../support/text.ts';

function writeWhole({ ingress }: ClientDialect, answer: Generation): string {
  return JSON.stringify(ingress.encodeResponse(answer, answerContext).body);
}

function writeStream({ ingress }: ClientDialect, answer: Generation, size: number): string {
  return passAll(ingress.encodeStream(answerContext), toEvents(answer, size)).join('');
}

/** Anthropic has one word for what the model and what a filter would not have said. */
function withOneWord(choice: Choice): Choice {
  const { reason } = choice.finish;
  return { ...choice, finish: { ...choice.finish, reason: reason === 'refusal' ? 'content_filter' : reason } };
}

describe.each(clientDialects)('an answer to a client of $name', (dialect) => {
  it('is read by the official SDK as it was meant, whole and streamed', async () => {
    await fc.assert(
      fc.asyncProperty(generation, fc.integer({ min: 1, max: 9 }), async (answer, size) => {
        const meant = summarizeGeneration(answer);
        const whole = await dialect.read({ body: writeWhole(dialect, answer), stream: false });
        expect(differences(whole, meant)).toEqual([]);
        const streamed = await dialect.read({ body: writeStream(dialect, answer, size), stream: true });
        expect(differences(streamed, meant)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('says the same whole and streamed, down to its seals, and comes back from its own dialect', () => {
    fc.assert(
      fc.property(generation, fc.integer({ min: 1, max: 9 }), (answer, size) => {
        const whole = dialect.egress.decodeResponse(toBytes(writeWhole(dialect, answer)), decodeContext);
        const events = passAll(dialect.egress.decodeStream(decodeContext), [
          toBytes(writeStream(dialect, answer, size)),
        ]);
        expectOrder(events);
        expect(whole).toEqual({ ok: true, generation: gather(events) });
        if (whole.ok) expect(whole.generation.choices.map(withOneWord)).toEqual(answer.choices);
      }),
    );
  });

  it('ends with its error, and nothing more, where the provider fails', () => {
    fc.assert(
      fc.property(generation, fc.nat(), (answer, place) => {
        const events = toEvents(answer, 3);
        const at = place % events.length;
        const error = { kind: 'overloaded', status: 529, message: 'Overloaded' } as const;
        const text = passAll(dialect.ingress.encodeStream(answerContext), [
          ...events.slice(0, at),
          { type: 'error', error },
          ...events.slice(at),
        ]).join('');
        expect(text.trimEnd().split('\n\n').at(-1)).toContain('"Overloaded"');
        const decoded = passAll(dialect.egress.decodeStream(decodeContext), [toBytes(text)]);
        expect(decoded.at(-1)).toMatchObject({ type: 'error', error: { kind: 'overloaded' } });
      }),
    );
  });
});
