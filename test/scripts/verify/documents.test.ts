import { describe, expect, test } from 'vitest';
import { objectionsToControls, objectionsToDocuments } from '../../../scripts/verify/documents.ts';

const head = '| control | kept by | shown by | seen in AWS |\n|---|---|---|---|\n';

test('what the documents say of this repository is so', () => {
  expect(objectionsToDocuments()).toEqual([]);
});

describe('a page of controls is objected to', () => {
  test.each([
    [
      'where it names a test that is not there',
      '| A | `lib/gateway-stack.ts` | `test/gone.test.ts` | |',
      'test/gone.test.ts',
    ],
    [
      'where it names a construct that is not there',
      '| A | `lib/gone.ts` | `test/bin/operator-cli.test.ts` | |',
      'lib/gone.ts',
    ],
    ['where nothing shows a control', '| Trust us | `lib/gateway-stack.ts` | | |', '"Trust us"'],
  ])('%s', (_where, row, expected) => {
    expect(objectionsToControls(`${head}${row}`)).toEqual([expect.stringContaining(expected)]);
  });

  test('where it has no control at all', () => {
    expect(objectionsToControls('# Controls\n')).toEqual(['docs/controls.md has no controls']);
  });
});
