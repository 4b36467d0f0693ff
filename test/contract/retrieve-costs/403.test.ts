import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('GET /v1/organization/costs', () =>
  describeMasterAccess(async () => ({ path: '/v1/organization/costs?start_time=0' })));
