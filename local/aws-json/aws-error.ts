/** An error in the shape of an AWS JSON service: `__type` names it, `message` explains it, some carry more fields. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(
    type: string,
    message: string | null,
    options: { status?: number; fields?: object; cause?: unknown } = {},
  ) {
    super(message ?? type, { cause: options.cause });
    this.type = type;
    this.status = options.status ?? 400;
    this.body = { __type: type, ...(message !== null && { message }), ...options.fields };
  }
}
