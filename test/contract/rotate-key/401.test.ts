import { describe } from 'vitest';
import { send } from '../../support/gateway.ts';
import { describeAuthentication } from '../common-auth.ts';

describe('POST /v1/keys/{id}/rotate', () =>
  describeAuthentication((headers) => send({ path: '/v1/keys/000000000000/rotate', headers, body: '{}' })));
