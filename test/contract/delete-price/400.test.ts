import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('DELETE /admin/prices refuses', () => {
  it.each([
    ['no model', '', 'invalid_request', 'model'],
    ['a model without its provider', '?model=gpt-5', 'invalid_request', 'model'],
    ['another parameter', '?model=openai%2Fx&all=true', 'unknown_parameter', 'all'],
  ])('%s', async (_case, query, code, param) => {
    const answer = await sendAsOperator({ method: 'DELETE', path: `/admin/prices${query}` });
    expectRefusal(answer, { status: 400, code, param });
  });
});
