import { describe, expect, it } from 'vitest';
import { sendAsOperator } from '../../support/gateway.ts';
import { describeOperatorAccess } from '../common-operator.ts';

describe('PUT /admin/prices', () => {
  const body = { model: 'openai/contract-put-403', input: '0', output: '0' };
  describeOperatorAccess({ method: 'PUT', path: '/admin/prices', body });

  it('has kept nothing of any of these', async () => {
    const { text } = await sendAsOperator({ method: 'GET', path: '/admin/prices' });
    expect(text).not.toContain('contract-put-403');
  });
});
