import { beforeAll, expect } from 'vitest';
import { recordTestFile } from './access-record.ts';

beforeAll(() => recordTestFile(expect.getState().testPath ?? ''));
