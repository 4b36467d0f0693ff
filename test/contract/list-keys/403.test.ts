import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('GET /v1/keys', () => describeMasterAccess(async () => ({ path: '/v1/keys' })));
