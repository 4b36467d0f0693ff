import * as z from 'zod/mini';
import { accept, type Outcome, refuse } from './errors.ts';

/** Longer than any field and shorter than a key: a name that the caller made up could be a secret put in the wrong place. */
const NAMEABLE = /^[\x21-\x7e]{1,32}$/;

/** `limits[0].model`, as OpenAI writes the place of a fault. */
export function formatPath(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return NAMEABLE.test(String(part)) ? `.${String(part)}` : '.*';
  });
  return parts.join('').replace(/^\./, '');
}

function describeSize(origin: string, bound: string): string {
  if (origin === 'string') return `must have ${bound} characters`;
  return origin === 'array' ? `must have ${bound} elements` : `must be ${bound}`;
}

/** In our own words: zod's can quote what was sent. A check that names its own error speaks for itself. */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be of type ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return describeSize(issue.origin, `at least ${issue.minimum}`);
    case 'too_big':
      return describeSize(issue.origin, `at most ${issue.maximum}`);
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

/** Reads a caller's input through a strict schema and names the first thing that is wrong with it, as it lies under `at`. */
export function parseInput<Schema extends z.core.$ZodType>(
  schema: Schema,
  input: unknown,
  at: readonly PropertyKey[] = [],
): Outcome<z.output<Schema>> {
  const parsed = z.safeParse(schema, input, { reportInput: true });
  if (parsed.success) return accept(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue === undefined) return refuse('invalid_request', 'The request is not valid.');
  if (issue.code === 'unrecognized_keys') {
    return refuse(
      'unknown_parameter',
      'The request has a field that this operation does not know.',
      formatPath([...at, ...issue.path, ...issue.keys.slice(0, 1)]),
    );
  }
  const param = formatPath([...at, ...issue.path]);
  const subject = param === '' ? 'The request body' : `'${param}'`;
  return refuse('invalid_request', `Invalid value: ${subject} ${describeIssue(issue)}.`, param === '' ? null : param);
}
