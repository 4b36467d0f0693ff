import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from '../../../local/logs/split-lines.ts';

function linesOf(bytes: Buffer, cuts: readonly number[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  for (const [index, edge] of edges.slice(1).entries()) splitter.push(bytes.subarray(edges[index], edge));
  splitter.end();
  return lines;
}

test('lines are the same wherever the chunks are cut, inside a character too', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(400)), (parts, cuts) => {
      const text = parts.map((part) => part.replaceAll('\n', '')).join('\n');
      const expected = text.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(linesOf(Buffer.from(text), cuts)).toEqual(expected);
    }),
  );
});

test('a line without an end is cut, not held for ever', () => {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (let part = 0; part < 10; part++) splitter.push(Buffer.alloc(100_000, 'x'));
  expect(lines.length).toBeGreaterThan(1);
  splitter.end();
  expect(lines.join('')).toHaveLength(1_000_000);
});
