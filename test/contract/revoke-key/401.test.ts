import { describe } from 'vitest';
import { send } from '../../support/gateway.ts';
import { describeAuthentication } from '../common-auth.ts';

describe('DELETE /v1/keys/{id}', () =>
  describeAuthentication((headers) => send({ method: 'DELETE', path: '/v1/keys/000000000000', headers })));
