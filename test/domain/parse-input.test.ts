import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseInput } from '../../lambdas/domain/parse-input.ts';

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  count: z.number().min(1).max(9).optional(),
  kind: z.enum(['a', 'b']).optional(),
  limits: z.array(z.strictObject({ model: z.string() })).optional(),
  even: z
    .number()
    .refine((value) => value % 2 === 0, 'must be even')
    .optional(),
});

describe('parseInput', () => {
  test('gives what the schema makes of the input', () => {
    expect(parseInput(schema, { name: 'abc', count: 2 })).toEqual({ ok: true, value: { name: 'abc', count: 2 } });
  });

  test.each([
    [{}, 'name', "Invalid value: 'name' is required."],
    [{ name: 1 }, 'name', "Invalid value: 'name' must be of type string."],
    [{ name: 'a' }, 'name', "Invalid value: 'name' must have at least 2 characters."],
    [{ name: 'abcde' }, 'name', "Invalid value: 'name' must have at most 4 characters."],
    [{ name: 'abc', count: 0 }, 'count', "Invalid value: 'count' must be at least 1."],
    [{ name: 'abc', count: 10 }, 'count', "Invalid value: 'count' must be at most 9."],
    [{ name: 'abc', kind: 'c' }, 'kind', "Invalid value: 'kind' must be one of a, b."],
    [{ name: 'abc', even: 3 }, 'even', "Invalid value: 'even' must be even."],
    [{ name: 'abc', limits: [{ model: 'x' }, {}] }, 'limits[1].model', "Invalid value: 'limits[1].model' is required."],
    [7, null, 'Invalid value: The request body must be of type object.'],
  ])('%j is refused at %s in words', (input, param, message) => {
    expect(parseInput(schema, input)).toEqual({ ok: false, refusal: { code: 'invalid_request', message, param } });
  });

  test.each([
    ['a key of ours', 'ask_PublicId0001_S3cretS3cretS3cretS3cretS3cret00abcdef'],
    ['an AWS secret', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a bidi override', 'a\u202eb'],
    ['a lone surrogate', '\ud800'],
    ['a NUL', '\0'],
    ['nothing', ''],
  ])('%s for the name of a field is not said back', (_case, name) => {
    expect(parseInput(schema, { name: 'abc', [name]: 1 })).toMatchObject({
      refusal: { code: 'unknown_parameter', param: '*' },
    });
    expect(parseInput(z.strictObject({ m: z.record(z.string(), z.string()) }), { m: { [name]: 1 } })).toMatchObject({
      refusal: { code: 'invalid_request', param: 'm.*' },
    });
  });

  test('an unknown field is named by its whole path, and its name stands in no message', () => {
    const outcome = parseInput(schema, { name: 'abc', limits: [{ model: 'x', zQx7: 1 }] });
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'unknown_parameter', param: 'limits[0].zQx7' } });
    expect(outcome.ok ? '' : outcome.refusal.message).not.toContain('zQx7');
  });
});
