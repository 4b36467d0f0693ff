import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamodb, gateway } from '../../support/gateway.ts';
import { describeOperatorAccess } from '../common-operator.ts';

describe('PUT /admin/providers/{provider}/credential', () => {
  describeOperatorAccess({
    method: 'PUT',
    path: '/admin/providers/together/credential',
    body: { api_key: 'planted-by-a-stranger' },
  });

  it('has stored nothing of any of these', async () => {
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
    expect(JSON.stringify(Items)).not.toContain('CREDENTIAL#together');
  });
});
