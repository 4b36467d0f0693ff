import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('/healthz', () => {
  it.each([
    ['POST', '/healthz'],
    ['GET', '/healthz/'],
    ['GET', '/healthz/x'],
    ['GET', '/Healthz'],
  ])('is no route for %s %s', async (method, path) => {
    expectRefusal(await send({ method, path, headers: {} }), { status: 404, code: 'not_found', param: null });
  });
});
