import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('/.well-known/security.txt', () => {
  it.each([
    ['POST', '/.well-known/security.txt'],
    ['GET', '/.well-known/security.txt/'],
    ['GET', '/.well-known/'],
    ['GET', '/.well-known/change-password'],
    ['GET', '/security.txt'],
  ])('is no route for %s %s', async (method, path) => {
    expectRefusal(await send({ method, path, headers: {} }), { status: 404, code: 'not_found', param: null });
  });
});
