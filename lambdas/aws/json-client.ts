// The AWS JSON protocol for the few calls of the data plane. The SDK would be the largest part of its cold start and of
// its CPU per request; what it does for correctness (signature, retries, time limits, error names) is done here.
import { AwsError, readAwsError } from './aws-error.ts';
import { exchangeJson, formatHead, openEndpoint } from './json-exchange.ts';
import { type AwsCredentials, createSigner, type SignBody } from './sigv4.ts';

const services = {
  dynamodb: { target: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
  kms: { target: 'TrentService', contentType: 'application/x-amz-json-1.1' },
  logs: { target: 'Logs_20140328', contentType: 'application/x-amz-json-1.1' },
} as const;

export interface JsonClientOptions {
  readonly service: keyof typeof services;
  readonly region: string;
  /** @default - the service's endpoint in the region */
  readonly endpoint?: string | undefined;
  /** Asked before each attempt, as a role's credentials are replaced while the process lives. */
  readonly credentials: () => AwsCredentials;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** In [0, 1): spreads the retries. */
  readonly random: () => number;
  /** @default 1000 */
  readonly attemptTimeoutMs?: number;
  /** The whole call, its retries and pauses included. @default 3000 */
  readonly totalTimeoutMs?: number;
}

export interface CallOptions {
  /** Unix milliseconds: no attempt outlasts it. */
  readonly deadlineMs?: number;
  /** Told of each attempt that failed and is made again: one whose answer was lost may yet be carried out. */
  readonly onRetry?: (error: AwsError) => void;
}

export interface JsonClient {
  /** Resolves with the parsed answer, to be read through a schema. Throws AwsError. */
  call(operation: string, input: object, options?: CallOptions): Promise<unknown>;
}

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

function defaultEndpoint(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function parseAnswer(operation: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AwsError('MalformedResponse', operation, { retryable: true, cause });
  }
}

/** Full jitter: callers that failed together do not come back together. */
function pauseBefore(nextAttempt: number, error: AwsError, random: () => number): number {
  if (error.stale && nextAttempt === 2) return 0;
  return random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (nextAttempt - 2));
}

/** What the requests of one operation have in common, as long as the credentials stay what they are. */
interface Prepared {
  readonly credentials: AwsCredentials;
  readonly head: string;
  readonly sign: SignBody;
}

function isSame(one: AwsCredentials, other: AwsCredentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
  );
}

export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { service, region, credentials, now, random, attemptTimeoutMs = 1000, totalTimeoutMs = 3000 } = options;
  const { target, contentType } = services[service];
  const endpoint = openEndpoint(options.endpoint ?? defaultEndpoint(service, region));
  const prepareSigning = createSigner({ region, service });
  const kept = new Map<string, Prepared>();

  function prepare(operation: string): Prepared {
    const current = credentials();
    const known = kept.get(operation);
    if (known !== undefined && isSame(known.credentials, current)) return known;
    const headers = { host: endpoint.host, 'content-type': contentType, 'x-amz-target': `${target}.${operation}` };
    const { sessionToken } = current;
    const prepared = {
      credentials: current,
      head: formatHead({ ...headers, ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }) }),
      sign: prepareSigning({ method: 'POST', path: '/', headers }, current),
    };
    kept.set(operation, prepared);
    return prepared;
  }

  async function attempt(operation: string, body: string, timeoutMs: number): Promise<unknown> {
    if (timeoutMs <= 0) throw new AwsError('TimeoutError', operation, { retryable: false });
    const { head, sign } = prepare(operation);
    const { 'x-amz-date': date, authorization } = sign(body, now());
    const signed = `${head}x-amz-date: ${date}\r\nauthorization: ${authorization}\r\n`;
    const response = await exchangeJson({ operation, endpoint, head: signed, body, timeoutMs });
    if (response.status !== 200) throw readAwsError(operation, response);
    return parseAnswer(operation, response.text);
  }

  return {
    async call(operation, input, { deadlineMs = Number.POSITIVE_INFINITY, onRetry } = {}) {
      const body = JSON.stringify(input);
      const endMs = Math.min(now() + totalTimeoutMs, deadlineMs);
      for (let next = 2; ; next += 1) {
        try {
          return await attempt(operation, body, Math.min(attemptTimeoutMs, endMs - now()));
        } catch (error) {
          if (!(error instanceof AwsError) || !error.retryable || next > MAX_ATTEMPTS) throw error;
          const pauseMs = pauseBefore(next, error, random);
          if (now() + pauseMs >= endMs) throw error;
          onRetry?.(error);
          await new Promise((resume) => setTimeout(resume, pauseMs));
        }
      }
    },
  };
}
