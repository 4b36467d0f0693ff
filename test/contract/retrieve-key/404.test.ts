import { describe } from 'vitest';
import { describeUnknownKey } from '../common-key-id.ts';

describe('GET /v1/keys/{id}', () => describeUnknownKey('GET'));
