import { describe } from 'vitest';
import { send } from '../../support/gateway.ts';
import { describeAuthentication } from '../common-auth.ts';

describe('GET /v1/organization/audit_logs/verify', () =>
  describeAuthentication((headers) => send({ path: '/v1/organization/audit_logs/verify', headers })));
