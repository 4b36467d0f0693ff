import * as z from 'zod/mini';

/** Worth another try: the service was busy, not the request wrong. Any 429 and 5xx is, whatever its name. */
const BUSY: ReadonlySet<string> = new Set([
  'InternalServerError',
  'KMSInternalException',
  'KeyUnavailableException',
  'DependencyTimeoutException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

const errorBody = z.object({ __type: z.optional(z.string()), Item: z.optional(z.unknown()) });

export interface AwsErrorDetails {
  /** Absent where no answer came. */
  readonly status?: number;
  readonly retryable: boolean;
  /** The connection had been closed behind our back before anything was read: the next attempt need not wait. */
  readonly stale?: boolean;
  readonly requestId?: string | undefined;
  readonly item?: unknown;
  readonly cause?: unknown;
}

/**
 * A call to AWS that failed. `name` is the service's own (`ConditionalCheckFailedException`), or `ConnectionError`,
 * `TimeoutError`, `MalformedResponse`. The service's message is left out: it can quote what was sent.
 */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly stale: boolean;
  /** The old item (attribute values), where ReturnValuesOnConditionCheckFailure asked for it. Never log it. */
  readonly item: unknown;

  constructor(name: string, operation: string, details: AwsErrorDetails) {
    const { status, retryable, stale, requestId, item, cause } = details;
    super(`${operation} failed${status === undefined ? '' : ` with ${status}`}, request ${requestId ?? 'unanswered'}`, {
      cause,
    });
    this.name = name;
    this.status = status;
    this.retryable = retryable;
    this.stale = stale ?? false;
    this.item = item;
  }
}

function parseErrorBody(text: string): z.infer<typeof errorBody> {
  try {
    return z.parse(errorBody, JSON.parse(text));
  } catch {
    return {};
  }
}

export interface ErrorResponse {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly text: string;
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException` and the like, or whatever a proxy put in its place. */
export function readAwsError(operation: string, { status, requestId, text }: ErrorResponse): AwsError {
  const { __type = '', Item: item } = parseErrorBody(text);
  const name = /([A-Za-z0-9]+)(:.*)?$/.exec(__type)?.[1] ?? 'MalformedResponse';
  const retryable = status >= 500 || status === 429 || BUSY.has(name);
  return new AwsError(name, operation, { status, retryable, requestId, item });
}
