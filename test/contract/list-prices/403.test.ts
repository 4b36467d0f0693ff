import { randomBytes } from 'node:crypto';
import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send, sendAsOperator } from '../../support/gateway.ts';
import { readOperatorKeys } from '../../support/operator.ts';

describe('GET /admin/prices', () => {
  it('is not allowed with a secret that is wrong, nor with a virtual key', async () => {
    const keys = { ...readOperatorKeys(gateway.dataDir), secretAccessKey: randomBytes(30).toString('base64url') };
    const denied = { status: 403, code: 'permission_denied', param: null } as const;
    expectRefusal(await sendAsOperator({ method: 'GET', path: '/admin/prices', keys }), denied);
    expectRefusal(await send({ method: 'GET', path: '/admin/prices' }), denied);
  });
});
