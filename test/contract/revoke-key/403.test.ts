import { describe } from 'vitest';
import { gateway } from '../../support/gateway.ts';
import { describeMasterAccess } from '../common-master.ts';

describe('DELETE /v1/keys/{id}', () =>
  describeMasterAccess(async () => ({ method: 'DELETE', path: `/v1/keys/${gateway.masterKey.slice(4, 16)}` })));
