import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { invalidArgument, S3Error } from './s3-error.ts';

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Empty where the bucket itself is meant. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Far above what the product writes at once. */
const maxBodyBytes = 64 * 1024 * 1024;

/** Path style: `/bucket/key`. Throws S3Error for what is no request to S3. */
export async function readS3Request(request: IncomingMessage): Promise<S3Request> {
  const body = await readBody(request);
  if (!request.headers.authorization?.startsWith('AWS4-')) {
    throw new S3Error('AccessDenied', 'Access Denied', 403);
  }
  const [path = '', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return {
    method: request.method ?? 'GET',
    bucket,
    key: decodeKey(key),
    query: new URLSearchParams(search),
    headers: request.headers,
    body,
  };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) throw new S3Error('EntityTooLarge', 'Your proposed upload is too large here', 400);
  return Buffer.concat(chunks);
}

/** A header that is there once, or not at all. */
export function headerOf({ headers }: S3Request, name: string): string | undefined {
  const value = headers[name];
  if (Array.isArray(value)) throw invalidArgument(`${name} is given twice`);
  return value;
}
