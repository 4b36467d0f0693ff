import { describe } from 'vitest';
import { describeUnknownKey } from '../common-key-id.ts';

describe('PATCH /v1/keys/{id}', () => describeUnknownKey('PATCH', '{"name":"taken over"}'));
