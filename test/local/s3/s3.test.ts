import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEndpoint } from '../../../local/aws-json/server.ts';
import { folderOfKey, keyOfFolder } from '../../../local/s3/object-path.ts';
import { type LocalS3Options, startS3 } from '../../../local/s3/start.ts';
import { archive, connectS3, governed, plain } from './local-bucket.ts';

const dayMs = 24 * 60 * 60 * 1000;
const startMs = Date.parse('2026-11-25T00:00:00Z');

let dataDir: string;
let nowMs: number;
let s3: LocalEndpoint;
let client: S3Client;

async function restart(options: Partial<LocalS3Options> = {}): Promise<void> {
  client?.destroy();
  await s3?.stop();
  s3 = await startS3({ dataDir, buckets: [archive, governed, plain], now: () => nowMs, ...options });
  client = connectS3(s3.endpoint);
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 's3-'));
  nowMs = startMs;
  await restart();
});
afterEach(async () => {
  client.destroy();
  await s3.stop();
  await rm(dataDir, { recursive: true });
});

const put = (Key: string, Body: string | Uint8Array = 'text', more: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket: archive.name, Key, Body, ...more }));
async function get(Key: string, VersionId?: string, Bucket = archive.name): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return Body?.transformToString();
}
const remove = (Key: string, more: { VersionId?: string; BypassGovernanceRetention?: boolean; Bucket?: string } = {}) =>
  client.send(new DeleteObjectCommand({ Bucket: archive.name, Key, ...more }));
async function list(input: { Prefix?: string; StartAfter?: string; MaxKeys?: number } = {}): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: archive.name, ...input }));
  return Contents.map(({ Key = '' }) => Key);
}
const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

describe('objects', () => {
  it('come back as they went in, with their type and what locks them', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { ETag, VersionId } = await put('a/b.bin', body, { ContentType: 'application/x-thing' });
    const read = await client.send(new GetObjectCommand({ Bucket: archive.name, Key: 'a/b.bin' }));
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? [])).toEqual(body);
    const about = {
      ETag,
      VersionId,
      ContentType: 'application/x-thing',
      ContentLength: 256,
      LastModified: new Date(startMs),
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(startMs + 10 * dayMs),
    };
    expect(read).toMatchObject(about);
    const head = await client.send(new HeadObjectCommand({ Bucket: archive.name, Key: 'a/b.bin' }));
    expect(head).toMatchObject(about);
  });

  it('outlive the process, and lie in the data folder under their names', async () => {
    await put('events/acct_1/1.json', '{"a":1}');
    await restart();
    expect(await get('events/acct_1/1.json')).toBe('{"a":1}');
    const folder = join(dataDir, 's3', archive.name, 'events', 'acct_1', '1.json@');
    const [version = ''] = await readdir(folder);
    expect((await readFile(join(folder, version), 'utf8')).split('\n')[1]).toBe('{"a":1}');
  });

  it('that are not there are told so, and so are buckets', async () => {
    await expect(get('nothing')).rejects.toMatchObject(refusal('NoSuchKey', 404));
    await expect(client.send(new HeadObjectCommand({ Bucket: archive.name, Key: 'nothing' }))).rejects.toMatchObject(
      refusal('NotFound', 404),
    );
    await expect(get('nothing', undefined, 'nowhere')).rejects.toMatchObject(refusal('NoSuchBucket', 404));
    await put('a');
    await expect(get('a', '0000000000001')).rejects.toMatchObject(refusal('NoSuchVersion', 404));
  });

  it('of hostile names keep to their bucket, and come back', async () => {
    const keys = [
      '..',
      '../up',
      './a',
      'a//b',
      '/a',
      'a/',
      'a@',
      'a',
      'a/b',
      '%',
      '%2E',
      'é ☃+&<>"',
      'x'.repeat(250),
      '*',
    ];
    for (const key of keys) await put(key, `of ${key}`);
    await restart();
    for (const key of keys) expect(await get(key)).toBe(`of ${key}`);
    expect((await list()).sort()).toEqual(keys.toSorted());
    expect(await readdir(dataDir)).toEqual(['s3']);
    await expect(put('y'.repeat(251))).rejects.toMatchObject(refusal('KeyTooLongError', 400));
  });

  it('no two keys share a folder, and a folder tells its key', () => {
    const segment = fc.oneof(
      fc.constantFrom('', '.', '..', '@', '%', 'a@'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(key, (text) => {
        const folder = folderOfKey('/bucket', text);
        expect(folder.startsWith('/bucket/')).toBe(true);
        expect(keyOfFolder(folder.slice('/bucket/'.length))).toBe(text);
      }),
    );
  });
});

describe('versions', () => {
  it('a second write makes a new one, and the first stays to be read', async () => {
    const first = await put('a', 'first');
    const second = await put('a', 'second');
    expect(second.VersionId).not.toBe(first.VersionId);
    expect(await get('a')).toBe('second');
    expect(await get('a', first.VersionId)).toBe('first');
    await restart();
    expect(await get('a', first.VersionId)).toBe('first');
    expect(await list()).toEqual(['a']);
  });

  it('a deletion hides the object, and takes nothing away', async () => {
    const { VersionId } = await put('a', 'kept');
    const { DeleteMarker } = await remove('a');
    expect(DeleteMarker).toBe(true);
    await restart();
    await expect(get('a')).rejects.toMatchObject(refusal('NoSuchKey', 404));
    expect(await list()).toEqual([]);
    expect(await get('a', VersionId)).toBe('kept');
    await put('a', 'again', { IfNoneMatch: '*' });
    expect(await get('a')).toBe('again');
  });

  it('a key that must be absent is written once, by whichever of many comes first', async () => {
    const writers = Array.from({ length: 20 }, (_, index) => put('once', `${index}`, { IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(writers);
    const winners = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await get('once')).toBe(String(winners[0]));
    await expect(put('once', 'late', { IfNoneMatch: '*' })).rejects.toMatchObject(refusal('PreconditionFailed', 412));
  });
});

describe('the lock', () => {
  it('keeps a version from being deleted until its time is up, whoever asks', async () => {
    const { VersionId = '' } = await put('a');
    for (const BypassGovernanceRetention of [false, true]) {
      const attempt = remove('a', { VersionId, BypassGovernanceRetention });
      await expect(attempt).rejects.toMatchObject(refusal('AccessDenied', 403));
    }
    nowMs += 10 * dayMs - 1;
    await restart();
    await expect(remove('a', { VersionId })).rejects.toMatchObject(refusal('AccessDenied', 403));
    nowMs += 1;
    await remove('a', { VersionId });
    await expect(get('a', VersionId)).rejects.toMatchObject(refusal('NoSuchVersion', 404));
  });

  it('of the governance mode is opened by a caller who says so', async () => {
    const { Bucket } = { Bucket: governed.name };
    const { VersionId = '' } = await put('a', 'text', { Bucket });
    await expect(remove('a', { Bucket, VersionId })).rejects.toMatchObject(refusal('AccessDenied', 403));
    await remove('a', { Bucket, VersionId, BypassGovernanceRetention: true });
    await expect(get('a', undefined, Bucket)).rejects.toMatchObject(refusal('NoSuchKey', 404));
  });

  it('is as its writer asks, or else the default of the bucket; without one nothing is locked', async () => {
    const until = new Date(startMs + 99 * dayMs);
    const { VersionId = '' } = await put('a', 'text', {
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: until,
    });
    nowMs += 98 * dayMs;
    await expect(remove('a', { VersionId })).rejects.toMatchObject(refusal('AccessDenied', 403));
    const free = await put('b', 'text', { Bucket: plain.name });
    await remove('b', { Bucket: plain.name, VersionId: free.VersionId ?? '' });
  });

  it.each([
    ['a mode without a date', { ObjectLockMode: 'COMPLIANCE' }, 'InvalidArgument'],
    [
      'a date that is past',
      { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(0) },
      'InvalidArgument',
    ],
    [
      'a lock in a bucket without locks',
      { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date('2099-01-01'), Bucket: 'plain-test' },
      'InvalidRequest',
    ],
  ] as const)('%s is refused', async (_case, more, name) => {
    await expect(put('a', 'text', more)).rejects.toMatchObject(refusal(name, 400));
  });
});

describe('listings', () => {
  const keys = Array.from({ length: 25 }, (_, index) => `log/${String(index).padStart(4, '0')}`);

  it('are in order, by prefix, from a key on, and in pages', async () => {
    for (const key of [...keys, 'other', 'lo']) await put(key);
    expect(await list({ Prefix: 'log/' })).toEqual(keys);
    expect(await list({ Prefix: 'log/', MaxKeys: 1 })).toEqual(keys.slice(0, 1));
    expect(await list({ Prefix: 'log/', StartAfter: 'log/0009' })).toEqual(keys.slice(10));
    const seen: string[] = [];
    for await (const { Contents = [], KeyCount } of paginateListObjectsV2(
      { client, pageSize: 10 },
      { Bucket: archive.name, Prefix: 'log/' },
    )) {
      expect(KeyCount).toBe(Contents.length);
      seen.push(...Contents.map(({ Key = '' }) => Key));
    }
    expect(seen).toEqual(keys);
  });

  it('tell size and time', async () => {
    await put('a', 'four');
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: archive.name }));
    expect(Contents).toMatchObject([{ Key: 'a', Size: 4, LastModified: new Date(startMs) }]);
  });
});

describe('what is refused', () => {
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(s3.endpoint + path, { method, headers, ...(body !== undefined && { body }) });
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

  it.each([
    ['no signature', () => send('GET', '/archive-test/a'), 403, 'AccessDenied'],
    ['a path that is not UTF-8', () => send('GET', '/archive-test/%ff', signed), 400, 'InvalidURI'],
    ['a lock without a checksum', () => send('PUT', '/archive-test/a', signed, 'x'), 400, 'InvalidRequest'],
    [
      'a wrong MD5',
      () => send('PUT', '/archive-test/a', { ...signed, 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'x'),
      400,
      'BadDigest',
    ],
    [
      'a wrong CRC',
      () => send('PUT', '/archive-test/a', { ...signed, 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x'),
      400,
      'BadDigest',
    ],
    [
      'a wrong signed hash',
      () => send('PUT', '/plain-test/a', { ...signed, 'x-amz-content-sha256': '0'.repeat(64) }, 'x'),
      400,
      'XAmzContentSHA256Mismatch',
    ],
    [
      'no signed hash',
      () => send('PUT', '/plain-test/a', { authorization: signed.authorization }, 'x'),
      400,
      'InvalidRequest',
    ],
    ['a copy', () => send('PUT', '/plain-test/a', { ...signed, 'x-amz-copy-source': '/a/b' }), 501, 'NotImplemented'],
    ['a listing by delimiter', () => send('GET', '/plain-test?list-type=2&delimiter=/', signed), 501, 'NotImplemented'],
    ['a bucket made', () => send('PUT', '/plain-test', signed), 501, 'NotImplemented'],
    [
      'max-keys that is no number',
      () => send('GET', '/plain-test?list-type=2&max-keys=x', signed),
      400,
      'InvalidArgument',
    ],
  ] as const)('%s', async (_case, call, status, code) => {
    const answer = await call();
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });
});

describe('faults, for tests', () => {
  it('refuse, fail, or do the work and lose the answer', async () => {
    await restart({
      faults: (_method, key) => (key === 'slow' ? 'slow-down' : key === 'lost' ? 'lose-answer' : undefined),
    });
    await expect(put('slow')).rejects.toMatchObject(refusal('SlowDown', 503));
    await expect(put('lost', 'there')).rejects.toThrow();
    await restart();
    expect(await list()).toEqual(['lost']);
  });
});
