import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startPassage } from '../../../lambdas/domain/conversation/reducer.ts';
import { eventStreamReducer } from '../../../lambdas/providers/bedrock/event-stream.ts';
import { eventMessage } from '../../support/event-stream.ts';
import { passAll } from '../../support/pass-events.ts';
import { cutAt } from '../../support/text.ts';

const read = (pieces: readonly Uint8Array[]) => passAll(startPassage(eventStreamReducer), pieces);

const name = fc.stringMatching(/^:?[a-z-]{1,20}$/);
const message = fc.record({
  headers: fc.dictionary(name, fc.string({ unit: 'grapheme' })),
  payload: fc.string({ unit: 'grapheme' }),
});

describe('an event stream', () => {
  it('is read whole, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 40 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(({ headers, payload }) => eventMessage(headers, payload)));
        expect(read(cutAt(bytes, cuts))).toEqual(messages);
        expect(read(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual(messages);
      }),
    );
  });

  it('is broken at any byte that is not as it was sent', () => {
    const bytes = Buffer.concat([eventMessage({ ':event-type': 'a' }, '{"x":1}'), eventMessage({ b: 'c' }, 'd')]);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        const heard = () => read([changed]).map(({ payload }) => payload);
        // What was cut off before it could be checked is not there, and nothing is there that was not sent.
        let payloads: string[] = [];
        try {
          payloads = heard();
        } catch (cause) {
          expect(String(cause)).toContain('upstream_error');
        }
        expect(['{"x":1}', '{"x":1},d', '']).toContain(payloads.join(','));
        expect(payloads).not.toHaveLength(2);
      }),
    );
  });

  it('skips headers of every other type', () => {
    const others = Buffer.concat([
      Buffer.from([1, 97, 0, 1, 98, 1, 1, 99, 2, 5]),
      Buffer.from([1, 100, 3, 0, 1, 1, 101, 4, 0, 0, 0, 1, 1, 102, 5, 0, 0, 0, 0, 0, 0, 0, 1]),
      Buffer.from([1, 103, 6, 0, 2, 9, 9, 1, 104, 8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 105, 9]),
      Buffer.alloc(16),
    ]);
    expect(read([eventMessage({ z: 'y' }, 'p', others)])).toEqual([{ headers: { z: 'y' }, payload: 'p' }]);
  });

  it.each([
    ['of an unknown type', Buffer.from([1, 97, 10])],
    ['that ends beyond the others', Buffer.from([1, 97, 7, 255, 255])],
    ['that is only begun', Buffer.from([9, 97])],
  ])('is broken by a header %s', (_what, extra) => {
    expect(() => read([eventMessage({}, '', extra)])).toThrow('upstream_error');
  });

  it('is broken where a message claims to have no end', () => {
    const bytes = eventMessage({}, '');
    expect(() => read([Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), bytes.subarray(4)])])).toThrow(
      'upstream_error',
    );
    expect(() => read([Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n')])).toThrow('upstream_error');
  });
});
