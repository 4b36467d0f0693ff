// What the functions of every stack of a test run were allowed to do, and did: one file for the whole run, a line for each
// kind of use and each test file that has run.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Access } from '../../local/iam/gatekeeper.ts';

const VARIABLE = 'PORTCULLIS_ACCESS_RECORD';

const record = z.union([
  z.strictObject({ testFile: z.string() }),
  z.strictObject({
    isDenied: z.boolean(),
    functionName: z.string(),
    action: z.string(),
    resource: z.string(),
    /** `ACCOUNT#acct_x` of `ACCOUNT#acct_…`. */
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

/** Kinds of items are named in capitals, the operator is one alone, and an account is told from it. */
function exampleOf(key: string): string {
  const [kind = '', ...rest] = key.split('#');
  const example = (part: string) => (part.startsWith('acct_') ? 'acct_x' : 'x');
  return [kind, ...rest.map((part) => (/^([A-Z]+|operator)$/.test(part) ? part : example(part)))].join('#');
}

/** Ids do not matter, only that they were there: a kind of use is noted once. */
export function recordAccess(access: Access): void {
  append({ isDenied: false, ...kindOf(access) });
}

export function recordDenial(access: Access): void {
  append({ isDenied: true, ...kindOf(access) });
}

function kindOf({ functionName, action, resource, context }: Access) {
  const { 'dynamodb:LeadingKeys': keys = [], ...rest } = context;
  const single = Object.entries(rest).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  return {
    functionName,
    action,
    resource,
    partitions: [...new Set([keys].flat().map(exampleOf))].sort(),
    context: Object.fromEntries(single.map(([key, value]) => [key, /:(tenant|record)$/.test(key) ? 'x' : value])),
  };
}

export function recordTestFile(testFile: string): void {
  append({ testFile });
}

export function readAccessRecord() {
  const path = process.env[VARIABLE];
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entries = text.split('\n').flatMap((line) => (line === '' ? [] : [record.parse(JSON.parse(line))]));
  const accesses = entries.flatMap((entry) => ('testFile' in entry ? [] : [entry]));
  return {
    testFiles: entries.flatMap((entry) => ('testFile' in entry ? [entry.testFile] : [])),
    uses: accesses.filter(({ isDenied }) => !isDenied),
    denials: accesses.filter(({ isDenied }) => isDenied),
  };
}
