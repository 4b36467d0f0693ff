// What the functions of every stack of a test run were allowed to do, and did: one file for the whole run, a line for each
// kind of use and each test file that has run.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Access } from '../../local/iam/gatekeeper.ts';

const VARIABLE = 'PORTCULLIS_ACCESS_RECORD';

const record = z.union([
  z.strictObject({ testFile: z.string() }),
  z.strictObject({
    functionName: z.string(),
    action: z.string(),
    resource: z.string(),
    /** `ACCOUNT#` of `ACCOUNT#acct_…`. */
    partitions: z.array(z.string()),
    context: z.record(z.string(), z.string()),
  }),
]);
export type AccessRecord = Exclude<z.infer<typeof record>, { testFile: string }>;

/** Before any worker starts: they inherit it. */
export function openAccessRecord(path: string): void {
  process.env[VARIABLE] = path;
}

const seen = new Set<string>();

function append(entry: z.infer<typeof record>): void {
  const path = process.env[VARIABLE];
  const line = JSON.stringify(entry);
  if (path === undefined || seen.has(line)) return;
  seen.add(line);
  appendFileSync(path, `${line}\n`);
}

/** Ids do not matter, only that they were there: a kind of use is noted once. */
export function recordAccess({ functionName, action, resource, context }: Access): void {
  const { 'dynamodb:LeadingKeys': keys = [], ...rest } = context;
  const single = Object.entries(rest).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  append({
    functionName,
    action,
    resource,
    partitions: [...new Set([keys].flat().map((key) => key.replace(/#.*$/s, '#')))].sort(),
    context: Object.fromEntries(single.map(([key, value]) => [key, /:(tenant|record)$/.test(key) ? 'x' : value])),
  });
}

export function recordTestFile(testFile: string): void {
  append({ testFile });
}

export function readAccessRecord(): { testFiles: readonly string[]; uses: readonly AccessRecord[] } {
  const path = process.env[VARIABLE];
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entries = text.split('\n').flatMap((line) => (line === '' ? [] : [record.parse(JSON.parse(line))]));
  return {
    testFiles: entries.flatMap((entry) => ('testFile' in entry ? [entry.testFile] : [])),
    uses: entries.flatMap((entry) => ('testFile' in entry ? [] : [entry])),
  };
}
