import { describe } from 'vitest';
import { describeUnknownKey } from '../common-key-id.ts';

describe('DELETE /v1/keys/{id}', () => describeUnknownKey('DELETE'));
