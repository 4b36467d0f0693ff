import { afterAll, beforeAll, expect } from 'vitest';
import { readAccessRecord, recordTestFile } from './access-record.ts';

let deniedBefore = 0;

beforeAll(() => {
  recordTestFile(expect.getState().testPath ?? '');
  deniedBefore = readAccessRecord().denials.length;
});

// A function answers 503 where IAM turns it away: what it lacks shows here.
afterAll(() => {
  const denied = readAccessRecord().denials.slice(deniedBefore);
  const how = 'grant it in lib/constructs, and add its row to scripts/verify/function-permissions.ts';
  expect(denied, `a function did what its role does not allow: ${how}`).toEqual([]);
});
