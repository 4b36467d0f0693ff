import { describe } from 'vitest';
import { describeMasterAccess } from '../common-master.ts';

describe('POST /v1/keys', () => describeMasterAccess(async () => ({ path: '/v1/keys', body: { name: 'x' } })));
