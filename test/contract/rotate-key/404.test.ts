import { describe } from 'vitest';
import { describeUnknownKey } from '../common-key-id.ts';

describe('POST /v1/keys/{id}/rotate', () => describeUnknownKey('POST', '{}', '/rotate'));
