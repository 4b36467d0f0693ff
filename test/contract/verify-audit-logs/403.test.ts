import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('GET /v1/organization/audit_logs/verify', () =>
  describeMasterAccess(async () => ({ path: '/v1/organization/audit_logs/verify' })));
