import { afterEach, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { breakStore, mendStore, send } from '../../support/gateway.ts';

afterEach(mendStore);

describe('GET /healthz', () => {
  it('answers without a key', async () => {
    const answer = await send({ path: '/healthz', headers: {} });
    expect(answer).toMatchObject({ status: 200, json: { status: 'ok' } });
    expectJson(answer);
    expectOwnHeaders(answer);
  });

  it('answers whatever state the store is in', async () => {
    breakStore('internal-error');
    expect((await send({ path: '/healthz', headers: {} })).status).toBe(200);
  });
});
