import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenerationEvent } from '../../../lambdas/domain/conversation/generation-event.ts';
import { egress } from '../../../lambdas/providers/openai/codec.ts';
import { decodeContext } from '../../support/codecs.ts';
import { decodeText, expectOrder, gather, sse } from '../../support/pass-events.ts';

const decode = (text: string) => decodeText(egress.decodeStream(decodeContext), text);

const chunk = (delta: object, finish_reason: string | null = null, index = 0) => ({
  id: 'c',
  model: 'm',
  choices: [{ index, delta, finish_reason }],
});
const call = (index: number, args: string, id?: string, name?: string) => ({
  tool_calls: [{ index, ...(id && { id, type: 'function' }), function: { ...(name && { name }), arguments: args } }],
});
const finish = (reason = 'tool_calls') => chunk({}, reason);

const errorOf = (events: readonly GenerationEvent[]) => events.find((event) => event.type === 'error')?.error;
const partsOf = (events: readonly GenerationEvent[]) => gather(events).choices[0]?.parts;

describe('a stream of chunks', () => {
  it('gives calls that are written side by side one after another, each with its own arguments', () => {
    const pieces = fc.array(fc.tuple(fc.nat(2), fc.nat(5)), { maxLength: 40 });
    fc.assert(
      fc.property(fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.jsonValue()), pieces, (values, order) => {
        const texts = values.map((value) => JSON.stringify({ value }));
        const rest = [...texts];
        const events = texts.map((_text, index) => chunk(call(index, '', `call_${index}`, `f${index}`)));
        for (const [index, length] of [...order, ...texts.map((_text, at) => [at, 1_000_000] as const)]) {
          events.push(chunk(call(index, (rest[index] ?? '').slice(0, length))));
          rest[index] = (rest[index] ?? '').slice(length);
        }
        const decoded = decode(sse(...events, finish(), '[DONE]'));
        expectOrder(decoded);
        expect(partsOf(decoded)).toEqual(
          texts.map((input, index) => ({ type: 'tool_call', id: `call_${index}`, name: `f${index}`, input })),
        );
      }),
    );
  });

  it('passes on the second of two calls while it is being written, once the first is whole', () => {
    const passage = egress.decodeStream(decodeContext);
    const push = (event: object) => passage.push(Buffer.from(sse(event)));
    push(chunk(call(0, '{"a":1}', 'c0', 'f')));
    push(chunk(call(1, '', 'c1', 'g')));
    expect(push(chunk(call(1, '{"b"')))).toEqual([{ type: 'delta', choice: 0, text: '{"b"' }]);
  });

  it('tells calls apart by their ids where a server numbers them all 0, or not at all', () => {
    const numbered = decode(sse(chunk(call(0, '{"a":1}', 'x', 'f')), chunk(call(0, '{"b":2}', 'y', 'f')), finish()));
    expect(partsOf(numbered)).toMatchObject([
      { id: 'x', input: '{"a":1}' },
      { id: 'y', input: '{"b":2}' },
    ]);
    const bare = (id: string) => chunk({ tool_calls: [{ id, function: { name: 'f', arguments: '{}' } }] });
    expect(partsOf(decode(sse(bare('x'), bare('y'), finish())))).toMatchObject([{ id: 'x' }, { id: 'y' }]);
  });

  it('names calls that come without an id, alike each time', () => {
    const unnamed = chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{}' } }] });
    expect(partsOf(decode(sse(unnamed, finish())))).toMatchObject([{ id: 'call_req_1_0' }]);
  });

  it('ends with `tool_calls` where a tool was called, whatever the server says', () => {
    expect(gather(decode(sse(chunk(call(0, '{}', 'x', 'f')), finish('stop')))).choices[0]?.finish.reason).toBe(
      'tool_calls',
    );
  });

  it('has its reasoning apart, whichever field it is in', () => {
    for (const delta of [
      { reasoning_content: 'hm' },
      { reasoning: 'hm' },
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] },
      { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] },
    ]) {
      const events = decode(sse(chunk(delta), chunk({ content: 'yes' }), finish('stop')));
      expect(partsOf(events)).toEqual([
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'yes' },
      ]);
    }
  });

  it('keeps each choice to itself', () => {
    const events = decode(
      sse(
        chunk({ content: 'a' }),
        chunk({ content: 'x' }, null, 1),
        chunk({ content: 'b' }),
        chunk({ content: 'y' }, 'length', 1),
        finish('stop'),
      ),
    );
    expectOrder(events);
    expect(gather(events).choices).toMatchObject([
      { index: 0, parts: [{ text: 'ab' }], finish: { reason: 'stop' } },
      { index: 1, parts: [{ text: 'xy' }], finish: { reason: 'length' } },
    ]);
  });

  it('ignores what is newer than this code, and what says nothing', () => {
    const events = decode(
      sse(
        { object: 'x.ping' },
        { id: '', model: '', choices: [], prompt_filter_results: [] },
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'a', hologram: { x: 1 } }),
        finish('brand_new_reason'),
      ),
    );
    expect(events.map(({ type }) => type)).toEqual(['start', 'begin', 'delta', 'end', 'finish']);
    expect(gather(events).choices[0]?.finish.reason).toBe('other');
  });
});

describe('a stream that goes wrong', () => {
  it('is an error where it ends before the answer does, at every place', () => {
    const whole = sse(chunk({ content: 'a' }), chunk(call(0, '{"a":1}', 'x', 'f')), finish(), '[DONE]');
    const finished = whole.indexOf('"finish_reason":"tool_calls"');
    for (let end = 0; end < finished; end += 1) {
      expect(errorOf(decode(whole.slice(0, end)))?.code, String(end)).toBe('upstream_error');
    }
    expect(errorOf(decode(whole))).toBeUndefined();
  });

  it('is an error at JSON that is none, and says nothing more', () => {
    const events = decode(sse(chunk({ content: 'a' }), '{"id":', chunk({ content: 'b' }), finish()));
    expect(events.map(({ type }) => type)).toEqual(['start', 'begin', 'delta', 'error']);
  });

  it('tells the provider’s own error', () => {
    const events = decode(
      sse(chunk({ content: 'a' }), { error: { message: 'Slow down', type: 'requests', code: 429 } }),
    );
    expect(errorOf(events)).toMatchObject({ kind: 'rate_limit', status: 429, message: 'Slow down' });
  });

  it('is an error where arguments come for a call that is over', () => {
    const events = decode(
      sse(chunk(call(0, '{"a":1}', 'x', 'f')), chunk(call(1, '{', 'y', 'f')), chunk(call(0, '{"a":2}')), finish()),
    );
    expect(errorOf(events)?.code).toBe('upstream_error');
  });

  it('is an error where an event has no end', () => {
    const passage = egress.decodeStream(decodeContext);
    const piece = Buffer.alloc(1_048_576, 'x');
    expect(() => {
      for (let count = 0; count < 40; count += 1) passage.push(piece);
    }).toThrow('upstream_error');
  });

  it('is an error where it is a page, or nothing', () => {
    expect(errorOf(decode('<html><body>Bad Gateway</body></html>'))?.code).toBe('upstream_error');
    expect(errorOf(decode(''))?.code).toBe('upstream_error');
    expect(errorOf(decode('data: [DONE]\n\n'))?.code).toBe('upstream_error');
  });
});
