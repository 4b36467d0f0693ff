import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('GET /v1/organization/usage/completions', () =>
  describeMasterAccess(async () => ({ path: '/v1/organization/usage/completions?start_time=0' })));
