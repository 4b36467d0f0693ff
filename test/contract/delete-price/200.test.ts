import { describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders, expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';
import { readOperatorEvents } from '../../support/operator-events.ts';

describe('DELETE /admin/prices', () => {
  it('deletes the price, whatever the case of its name, and tells the audit log; a second time there is none', async () => {
    const model = 'openai/contract-delete*';
    await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { model, input: '1', output: '1' } });
    const call = { method: 'DELETE', path: `/admin/prices?model=${encodeURIComponent('openai/Contract-DELETE*')}` };
    const answer = await sendAsOperator(call);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ object: 'model_price.deleted', model, deleted: true });
    expectJson(answer);
    expectOwnHeaders(answer);
    const events = await readOperatorEvents('admin.model_price.deleted');
    expect(events.at(-1)).toMatchObject({
      request_id: answer.headers['x-request-id'],
      'admin.model_price.deleted': { model },
    });
    expectRefusal(await sendAsOperator(call), { status: 404, code: 'not_found', param: 'model' });
    expect(await readOperatorEvents('admin.model_price.deleted')).toHaveLength(events.length);
  });
});
