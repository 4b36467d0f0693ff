import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('GET /v1/organization/usage/requests', () =>
  describeMasterAccess(async () => ({ path: '/v1/organization/usage/requests?start_time=0' })));
