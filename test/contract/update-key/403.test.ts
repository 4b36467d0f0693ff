import { describe } from 'vitest';
import { gateway } from '../../support/gateway.ts';
import { describeMasterAccess } from '../common-master.ts';

describe('PATCH /v1/keys/{id}', () =>
  describeMasterAccess(async () => ({
    method: 'PATCH',
    path: `/v1/keys/${gateway.masterKey.slice(4, 16)}`,
    body: { name: 'taken over' },
  })));
