import * as z from 'zod';

/** The content type by which a function's streamed answer says that it begins with a prelude. */
export const preludeContentType = 'application/vnd.awslambda.http-integration-response';

/** Where the prelude must have ended, in bytes. */
const preludeLimitBytes = 16 * 1024;
const delimiter = Buffer.alloc(8);

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Status and headers of a streamed answer: a line of JSON, eight NUL bytes, then the body. */
const prelude = z.object({
  statusCode: z.coerce.number().int().min(100).max(599).default(200),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  cookies: z.array(z.string()).nullish(),
});
export type Prelude = z.infer<typeof prelude>;

export type PreludeState =
  | { readonly kind: 'incomplete'; readonly held: Buffer }
  | { readonly kind: 'complete'; readonly prelude: Prelude; readonly rest: Buffer }
  | { readonly kind: 'invalid' };

export const emptyPrelude: PreludeState = { kind: 'incomplete', held: Buffer.alloc(0) };

/** Takes the next chunk. Only to be called while the prelude is incomplete; a chunk may end anywhere. */
export function readPrelude(held: Buffer, chunk: Buffer): PreludeState {
  const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
  const end = bytes.indexOf(delimiter, Math.max(0, held.length - delimiter.length + 1));
  if (end < 0) {
    return bytes.length < preludeLimitBytes ? { kind: 'incomplete', held: bytes } : { kind: 'invalid' };
  }
  if (end + delimiter.length > preludeLimitBytes) return { kind: 'invalid' };
  const parsed = parsePrelude(bytes.subarray(0, end).toString('utf8'));
  if (parsed === undefined) return { kind: 'invalid' };
  return { kind: 'complete', prelude: parsed, rest: bytes.subarray(end + delimiter.length) };
}

function parsePrelude(text: string): Prelude | undefined {
  try {
    return prelude.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
