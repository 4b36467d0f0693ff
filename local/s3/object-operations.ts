import { verifyChecksums } from './checksums.ts';
import type { ObjectStore } from './object-store.ts';
import type { ObjectVersion, Retention } from './object-version.ts';
import { invalidArgument, invalidRequest, notImplemented } from './s3-error.ts';
import { headerOf, type S3Request } from './s3-request.ts';

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

const unsupported = ['if-match', 'x-amz-copy-source', 'x-amz-object-lock-legal-hold'];

export async function putObject(store: ObjectStore, request: S3Request, nowMs: number): Promise<S3Answer> {
  for (const name of unsupported) if (request.headers[name] !== undefined) throw notImplemented(name);
  const hasChecksum = verifyChecksums(request.headers, request.body);
  const retention = requestedRetention(request, nowMs);
  if (retention !== undefined && !store.hasObjectLock)
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  if (store.hasObjectLock && !hasChecksum) {
    const message =
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
    throw invalidRequest(message);
  }
  const ifNoneMatch = headerOf(request, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match with an entity tag');
  const stored = await store.put({
    key: request.key,
    body: request.body,
    contentType: headerOf(request, 'content-type') ?? 'binary/octet-stream',
    retention,
    onlyIfAbsent: ifNoneMatch === '*',
  });
  return { status: 200, headers: { etag: `"${stored.etag}"`, 'x-amz-version-id': stored.versionId }, body: '' };
}

export async function getObject(store: ObjectStore, { key, query }: S3Request): Promise<S3Answer> {
  const version = await store.get(key, query.get('versionId') ?? undefined);
  return { status: 200, headers: headersOf(version), body: version.body };
}

export async function deleteObject(store: ObjectStore, request: S3Request): Promise<S3Answer> {
  const versionId = request.query.get('versionId');
  if (versionId === null) {
    const marker = await store.markDeleted(request.key);
    return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker }, body: '' };
  }
  const bypassGovernance = headerOf(request, 'x-amz-bypass-governance-retention') === 'true';
  await store.deleteVersion(request.key, versionId, bypassGovernance);
  return { status: 204, headers: { 'x-amz-version-id': versionId }, body: '' };
}

function headersOf({ etag, contentType, lastModifiedMs, versionId, retention }: ObjectVersion): Record<string, string> {
  return {
    etag: `"${etag}"`,
    'content-type': contentType,
    'last-modified': new Date(lastModifiedMs).toUTCString(),
    'x-amz-version-id': versionId,
    ...(retention && {
      'x-amz-object-lock-mode': retention.mode,
      'x-amz-object-lock-retain-until-date': new Date(retention.untilMs).toISOString(),
    }),
  };
}

function requestedRetention(request: S3Request, nowMs: number): Retention | undefined {
  const mode = headerOf(request, 'x-amz-object-lock-mode');
  const until = headerOf(request, 'x-amz-object-lock-retain-until-date');
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) {
    throw invalidArgument('x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied');
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw invalidArgument('Unknown wormMode directive.');
  const untilMs = Date.parse(until);
  if (!(untilMs > nowMs)) throw invalidArgument('The retain until date must be in the future!');
  return { mode, untilMs };
}
