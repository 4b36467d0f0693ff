import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { startS3 } from '../../../local/s3/start.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { archive, connectS3 } from './local-bucket.ts';

const runs = process.env['PORTCULLIS_PROVE'] === undefined ? 4 : 40;
const script = resolve(import.meta.dirname, 'serve-until-killed.ts');
/** Long enough that a write takes a while. */
const bodyOf = (key: string) => `${key}:${'x'.repeat(100_000)}`;

it('kill -9 at any moment leaves every object whole or absent, and every answered write in place', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 's3-crash-'));
  const acknowledged: string[] = [];
  for (let run = 0; run < runs; run += 1) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [endpoint] = await once(createInterface(child.stdout), 'line');
    const client = connectS3(String(endpoint));
    const before = acknowledged.length;
    const killed = waitUntil('some are written', () => acknowledged.length > before + run)
      .then(() => sleep(run % 5))
      .then(() => child.kill('SIGKILL'));
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; ; index += 1) {
        const Key = `run-${run}/${writer}-${index}`;
        await client.send(new PutObjectCommand({ Bucket: archive.name, Key, Body: bodyOf(Key), IfNoneMatch: '*' }));
        acknowledged.push(Key);
      }
    });
    await Promise.allSettled([killed, ...writers]);
    client.destroy();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  const s3 = await startS3({ dataDir, buckets: [archive] });
  const client = connectS3(s3.endpoint);
  const kept: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: archive.name, ContinuationToken }));
    kept.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  for (const Key of kept) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: archive.name, Key }));
    expect(await Body?.transformToString()).toBe(bodyOf(Key));
  }
  expect(acknowledged.length).toBeGreaterThan(runs);
  expect(acknowledged.filter((key) => !kept.includes(key))).toEqual([]);
  client.destroy();
  await s3.stop();
  await rm(dataDir, { recursive: true });
}, 120_000);
