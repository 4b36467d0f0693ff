/** Beyond it the figure is a mistake. */
const MOST_MS = 86_400_000;

function bounded(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= 0 && ms <= MOST_MS ? Math.ceil(ms) : undefined;
}

/**
 * How long a provider asks to be left alone, in milliseconds: `retry-after-ms` (OpenAI's own), else `retry-after` in seconds
 * or as an HTTP date (RFC 9110). Undefined where it asks for nothing that makes sense. Header names in lower case.
 */
export function readRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const { 'retry-after-ms': ms, 'retry-after': after } = headers;
  if (ms !== undefined && /^\d+(\.\d+)?$/.test(ms)) return bounded(Number(ms));
  if (after === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(after)) return bounded(Number(after) * 1_000);
  // Date.parse takes almost anything for a date.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), /.test(after) ? Date.parse(after) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : bounded(Math.max(0, atMs - nowMs));
}
