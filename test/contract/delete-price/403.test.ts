import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send, sendAsOperator } from '../../support/gateway.ts';
import { readOperatorKeys } from '../../support/operator.ts';

const model = 'openai/contract-delete-403';
const path = `/admin/prices?model=${model}`;

describe('DELETE /admin/prices', () => {
  it('is not allowed with a secret that is wrong, nor with a virtual key', async () => {
    await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { model, input: '1', output: '1' } });
    const keys = { ...readOperatorKeys(gateway.dataDir), secretAccessKey: randomBytes(30).toString('base64url') };
    const denied = { status: 403, code: 'permission_denied', param: null } as const;
    expectRefusal(await sendAsOperator({ method: 'DELETE', path, keys }), denied);
    expectRefusal(await send({ method: 'DELETE', path }), denied);
    expect((await sendAsOperator({ method: 'GET', path: '/admin/prices' })).text).toContain(model);
    expect((await sendAsOperator({ method: 'DELETE', path })).status).toBe(200);
  });
});
