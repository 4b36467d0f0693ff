import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish, initialState, reduce } from '../../../lambdas/providers/pass-through/stream.ts';
import { cutAt, toBytes, toText } from '../../support/text.ts';

/** Runs a stream through the reducer, cut as told. */
function pass(pieces: readonly Uint8Array[], withholdUsage: boolean) {
  let state = initialState;
  const events: Uint8Array[] = [];
  for (const piece of pieces) {
    const step = reduce(state, piece, withholdUsage);
    state = step.state;
    events.push(...step.events);
  }
  const last = finish(state, withholdUsage);
  return {
    text: toText(Buffer.concat([...events, ...last.events])),
    usage: last.state.usage,
    isFinal: last.state.isFinal,
    writes: events.map(toText),
  };
}

const data = (value: unknown, end = '\n\n') => `data: ${JSON.stringify(value)}${end}`;
const delta = (content: string) => data({ id: 'c', choices: [{ index: 0, delta: { content } }], usage: null });
const usageChunk = data({
  id: 'c',
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } },
});
const done = 'data: [DONE]\n\n';
const usage = {
  inputTokens: 12,
  cachedInputTokens: 4,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 3,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

const anyEvent = fc.oneof(
  fc.string({ unit: 'grapheme' }).map(delta),
  fc.constantFrom(
    ': comment\n\n',
    'event: ping\ndata: {}\n\n',
    data({ choices: [] }),
    data({ x: '"usage": {"' }),
    'data: not json "usage":{\n\n',
    '\n\n',
  ),
  fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('\r\n\r\n', '\r\r', '\r\n\n', '\n\r', '\r\n\r'))
    .map(([text, end]) => data({ choices: [{ delta: { content: text } }] }, end)),
  fc.constantFrom('\n', '\r\n', '\r').map((end) => `event: ping${end}data: {"a":${end}data: 1}${end}${end}`),
);
const places = fc.array(fc.nat(), { maxLength: 40 });

describe('a stream', () => {
  it('arrives byte for byte where the client asked for usage, at every cut', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), places, (events, cuts) => {
        const whole = events.join('') + usageChunk + done;
        const passed = pass(cutAt(toBytes(whole), cuts), false);
        expect(passed.text).toBe(whole);
        expect(passed.usage).toEqual(usage);
      }),
    );
  });

  it('loses the usage chunk and nothing else where the client did not ask, at every cut', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), places, (events, cuts) => {
        const passed = pass(cutAt(toBytes(events.join('') + usageChunk + done), cuts), true);
        expect(passed.text).toBe(events.join('') + done);
        expect(passed.usage).toEqual(usage);
      }),
    );
  });

  it('keeps the empty lines before a chunk that is withheld, also where a cut parts them from their event', () => {
    const pieces = [delta('a'), `\n${usageChunk}`, done].map(toBytes);
    expect(pass(pieces, true).text).toBe(`${delta('a')}\n${done}`);
    expect(pass(pieces.slice(0, 2), true).text).toBe(`${delta('a')}\n`);
  });

  it('is the same in pieces of one byte', () => {
    const whole = delta('ä') + delta('\n\n"usage":{') + usageChunk + done;
    const bytes = toBytes(whole);
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    expect(pass(single, false).text).toBe(whole);
  });

  it('is written in whole events only, so that whatever breaks off leaves no half event behind', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), places, (events, cuts) => {
        for (const write of pass(cutAt(toBytes(events.join('')), cuts), true).writes)
          expect(write).toMatch(/(\r\n|\r|\n){2}$/);
      }),
    );
  });

  it.each(['\n', '\r\n', '\r'])('is understood whatever ends its lines (%j), at every cut', (end) => {
    fc.assert(
      fc.property(fc.array(anyEvent), places, (events, cuts) => {
        const own = usageChunk.replaceAll('\n', end);
        const passed = pass(cutAt(toBytes(events.join('') + own + done), cuts), true);
        expect(passed.text).toBe(events.join('') + done);
        expect(passed.usage).toEqual(usage);
      }),
    );
  });

  it('is handed on event by event where bare CRs end its lines: none waits for the next', () => {
    let state = initialState;
    for (const content of ['a', 'b', 'c']) {
      const event = delta(content).replaceAll('\n', '\r');
      const step = reduce(state, toBytes(event), true);
      expect(step.events.map(toText)).toEqual([event]);
      state = step.state;
    }
  });

  it('is scanned in time that grows with its length alone, whatever its line ends', () => {
    const piece = toBytes('a\n'.repeat(500_000));
    expect(pass([piece, toBytes('\n')], true).writes).toHaveLength(1);
    const crs = toBytes(`${'a\r'.repeat(500_000)}data: {"usage": {}}\r\r`);
    expect(pass([crs], true).text).toHaveLength(crs.length);
  });

  it('keeps a last event that was never terminated', () => {
    expect(pass([toBytes(`${delta('a')}data: [DONE]`)], true).text).toBe(`${delta('a')}data: [DONE]`);
    expect(pass([toBytes(delta('a') + usageChunk.trimEnd())], true)).toMatchObject({ text: delta('a'), usage });
  });

  it('keeps usage that comes with choices, as some providers send it', () => {
    const last = data({
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 3 },
    });
    expect(pass([toBytes(last)], true)).toMatchObject({ text: last, usage: { inputTokens: 12, outputTokens: 3 } });
  });

  it.each([
    ['in the chunk that is for it', { choices: [] }, true],
    ['with the end of the only choice', { choices: [{ delta: {}, finish_reason: 'stop' }] }, true],
    ['with a choice that goes on', { choices: [{ delta: { content: 'a' }, finish_reason: null }] }, false],
    [
      'with one choice that goes on beside another',
      { choices: [{ finish_reason: 'stop' }, { finish_reason: null }] },
      false,
    ],
    ['with no choices at all', {}, false],
  ])('has usage that is final, or not: %s', (_case, chunk, isFinal) => {
    const text = data({ ...chunk, usage: { prompt_tokens: 12, completion_tokens: 3 } });
    expect(pass([toBytes(text)], false)).toMatchObject({ usage: { inputTokens: 12 }, isFinal });
  });

  it('survives absurd usage: it is not known, which is not none, and the chunk is withheld like any other', () => {
    for (const absurd of [-1, 1.5, 'many', null, 1e300, {}]) {
      const chunk = data({ choices: [], usage: { prompt_tokens: absurd, completion_tokens: 3 } });
      expect(pass([toBytes(chunk)], false)).toMatchObject({ text: chunk, usage: undefined });
      expect(pass([toBytes(chunk)], true)).toMatchObject({ text: '', usage: undefined });
    }
  });

  it('is never split within an event, be it as long as an image', () => {
    const image = delta('x'.repeat(3_000_000));
    const passed = pass(cutAt(toBytes(delta('a') + image + done), [70_000, 800_000, 1_500_000, 2_999_999]), true);
    expect(passed.writes).toEqual([delta('a'), image + done]);
  });

  it('is broken where an event has no end: nothing is held without bound', () => {
    const piece = toBytes('x'.repeat(1_048_576));
    expect(() => pass(Array(40).fill(piece), true)).toThrow('upstream_error');
  });
});
