import { describe } from 'vitest';
import { send } from '../../support/gateway.ts';
import { describeAuthentication } from '../common-auth.ts';

describe('GET /v1/organization/usage/completions', () =>
  describeAuthentication((headers) => send({ path: '/v1/organization/usage/completions?start_time=0', headers })));
