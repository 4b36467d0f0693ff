import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { badDigest, notImplemented, S3Error } from './s3-error.ts';

const base64Of: Readonly<Record<string, (body: Buffer) => string>> = {
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
  'x-amz-checksum-crc32': (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString('base64');
  },
};

/**
 * Throws S3Error where a checksum that came with the body is not the body's.
 * @returns whether there was one.
 */
export function verifyChecksums(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const claimed = Object.entries(headers).filter(
    ([name]) => name === 'content-md5' || /^x-amz-checksum-(?!algorithm|type|mode)/.test(name),
  );
  for (const [name, value] of claimed) {
    const compute = base64Of[name];
    if (compute === undefined) throw notImplemented(name);
    if (compute(body) !== value) throw badDigest();
  }
  verifySignedHash(headers['x-amz-content-sha256'], body);
  return claimed.length > 0;
}

/** What the signature covers of the body. */
function verifySignedHash(claimed: string | string[] | undefined, body: Buffer): void {
  if (typeof claimed !== 'string') {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400);
  }
  if (claimed.startsWith('STREAMING-')) throw notImplemented('A body in signed chunks');
  if (claimed === 'UNSIGNED-PAYLOAD' || claimed === createHash('sha256').update(body).digest('hex')) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new S3Error('XAmzContentSHA256Mismatch', message, 400);
}
