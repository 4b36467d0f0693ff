import { describe, expect, it } from 'vitest';
import { chooseTimeouts } from '../../../lambdas/domain/chat/choose-timeouts.ts';

const fifteenMinutes = 900_000;

describe('the time that a provider gets', () => {
  it('ends so early that the slowest look-ups before it still leave time to end the answer in order', () => {
    const slowestLookUpsMs = 9_000;
    const chosen = chooseTimeouts({}, fifteenMinutes);
    expect(chosen.ok && chosen.value.totalMs).toBeLessThan(fifteenMinutes - slowestLookUpsMs - 1_000);
  });

  it('can be shortened by the client, and never lengthened', () => {
    const chosen = chooseTimeouts({}, fifteenMinutes);
    expect(chooseTimeouts({ 'x-portcullis-timeout-ms': '999999999' }, fifteenMinutes)).toEqual(chosen);
    expect(chooseTimeouts({ 'x-portcullis-timeout-ms': '7' }, fifteenMinutes)).toMatchObject({
      value: { connectMs: 7, firstByteMs: 7, idleMs: 7 },
    });
  });

  it('is some, however little is left', () => {
    expect(chooseTimeouts({}, 10)).toMatchObject({ value: { totalMs: 1 } });
  });
});
