import { describe } from 'vitest';
import { gateway } from '../../support/gateway.ts';
import { describeMasterAccess } from '../common-master.ts';

describe('POST /v1/keys/{id}/rotate', () =>
  describeMasterAccess(async () => ({
    method: 'POST',
    path: `/v1/keys/${gateway.masterKey.slice(4, 16)}/rotate`,
    body: {},
  })));
