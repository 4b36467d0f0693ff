/** An error as S3 tells it: a code, a text, and the HTTP status. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

export function noSuchBucket(): S3Error {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404);
}

export function noSuchKey(): S3Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', 404);
}

export function noSuchVersion(): S3Error {
  return new S3Error('NoSuchVersion', 'The specified version does not exist.', 404);
}

export function preconditionFailed(): S3Error {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new S3Error('PreconditionFailed', message, 412);
}

export function lockedVersion(): S3Error {
  return new S3Error('AccessDenied', 'Access Denied because object protected by object lock.', 403);
}

export function invalidRequest(message: string): S3Error {
  return new S3Error('InvalidRequest', message, 400);
}

export function invalidArgument(message: string): S3Error {
  return new S3Error('InvalidArgument', message, 400);
}

export function badDigest(): S3Error {
  return new S3Error('BadDigest', 'The checksum that you specified did not match what was received.', 400);
}

export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `${what} is not emulated.`, 501);
}
