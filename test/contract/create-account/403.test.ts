import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamodb, gateway } from '../../support/gateway.ts';
import { describeOperatorAccess } from '../common-operator.ts';

const name = 'an account that must never be';

describe('POST /admin/accounts', () => {
  describeOperatorAccess({ path: '/admin/accounts', body: { name } });

  it('has made no account of any of these', async () => {
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
    expect(JSON.stringify(Items)).not.toContain(name);
  });
});
