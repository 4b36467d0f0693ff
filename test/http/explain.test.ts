import { describe, expect, it } from 'vitest';
import { GatewayFault, refuse } from '../../lambdas/domain/errors.ts';
import { explainFault, explainRefusal } from '../../lambdas/http/explain.ts';

function bodyOf({ body }: ReturnType<typeof explainRefusal>): unknown {
  if (!(body instanceof Uint8Array)) throw new Error('no whole answer');
  return JSON.parse(new TextDecoder().decode(body));
}

describe('a refusal', () => {
  it('is sent with the headers that it carries', () => {
    const { refusal } = refuse('rate_limit_exceeded', 'Slow down.', null, { headers: { 'retry-after': '7' } });
    const answer = explainRefusal(refusal);
    expect(answer.status).toBe(429);
    expect(answer.headers).toEqual({ 'content-type': 'application/json', 'retry-after': '7' });
  });

  it('of a rate says whether it is one of requests or of tokens', () => {
    const { refusal } = refuse('rate_limit_exceeded', 'Slow down.', null, { type: 'tokens' });
    expect(bodyOf(explainRefusal(refusal))).toEqual({
      error: { message: 'Slow down.', type: 'tokens', param: null, code: 'rate_limit_exceeded' },
    });
  });

  it('of a spent budget tells the SDKs not to try again, whatever else it carries', () => {
    const { refusal } = refuse('insufficient_quota', 'Spent.', null, { headers: { 'x-more': '1' } });
    expect(explainRefusal(refusal)).toMatchObject({
      status: 429,
      headers: { 'x-should-retry': 'false', 'x-more': '1' },
    });
  });
});

describe('a fault', () => {
  it('of the store says when to come back, and others do not', () => {
    expect(explainFault(new GatewayFault('service_unavailable')).headers).toMatchObject({ 'retry-after': '1' });
    expect(explainFault(new GatewayFault('upstream_error')).headers).not.toHaveProperty('retry-after');
  });
});
