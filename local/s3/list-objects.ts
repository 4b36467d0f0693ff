import type { S3Answer } from './object-operations.ts';
import type { ObjectStore } from './object-store.ts';
import { invalidArgument, notImplemented } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { renderXml, type XmlElement } from './xml.ts';

const mostKeys = 1000;

/** ListObjectsV2, without delimiters. */
export async function listObjects(store: ObjectStore, { bucket, query }: S3Request): Promise<S3Answer> {
  if (query.get('list-type') !== '2') throw notImplemented('Listing but by ListObjectsV2');
  for (const name of ['delimiter', 'encoding-type', 'fetch-owner', 'versions']) {
    if (query.has(name)) throw notImplemented(name);
  }
  const prefix = query.get('prefix') ?? '';
  const limit = readLimit(query.get('max-keys'));
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : decodeToken(token);
  const found = store.listKeys({ prefix, after });
  const page = found.slice(0, limit);
  const isTruncated = found.length > page.length && limit > 0;
  const last = page.at(-1);
  const listing: XmlElement[] = [
    ['Name', bucket],
    ['Prefix', prefix],
    ['KeyCount', String(page.length)],
    ['MaxKeys', String(limit)],
    ['IsTruncated', String(isTruncated)],
    ...(isTruncated && last !== undefined ? [['NextContinuationToken', encodeToken(last)] as const] : []),
    ...(await Promise.all(page.map(async (key) => ['Contents', await describe(store, key)] as const))),
  ];
  const body = renderXml('ListBucketResult', listing);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

async function describe(store: ObjectStore, key: string): Promise<XmlElement[]> {
  const { lastModifiedMs, etag, size } = await store.get(key);
  return [
    ['Key', key],
    ['LastModified', new Date(lastModifiedMs).toISOString()],
    ['ETag', `"${etag}"`],
    ['Size', String(size)],
    ['StorageClass', 'STANDARD'],
  ];
}

function readLimit(text: string | null): number {
  if (text === null) return mostKeys;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument('Provided max-keys not an integer or within integer range');
  return Math.min(mostKeys, Number(text));
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
