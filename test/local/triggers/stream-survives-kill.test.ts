import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { getAtt, ref, writeFixtureAssembly } from '../../support/fixture-assembly.ts';
import { waitUntil } from '../../support/wait-until.ts';

const admin = `export const handler = async () => ({ statusCode: 201, body: '{"id":"acct_1","key":{"key":"ask_x"}}' });`;
/** Takes its time, so that it is often killed at work. */
const consumer = `
import { appendFile } from 'node:fs/promises';
export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    await appendFile(process.env.OUTPUT, dynamodb.NewImage.pk.S + '\\n');
  }
};`;

const ready = z.object({ url: z.string(), dynamodb: z.string() });
const folders: string[] = [];
const running = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function start(assembly: string, data: string) {
  const script = resolve(import.meta.dirname, '../../support/run-fixture-stack.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, assembly, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  running.add(child);
  const [line] = await once(child.stdout, 'data');
  return { child, ...ready.parse(JSON.parse(String(line))) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
  running.delete(child);
}

test('a consumer misses nothing of what was written, across kill -9 at any moment', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const output = join(folder, 'consumed.txt');
  await writeFile(output, '');
  const assembly = await writeFixtureAssembly({
    functions: { Admin: { source: admin }, Consumer: { source: consumer, variables: { OUTPUT: output } } },
    routes: [{ segment: 'admin', functionId: 'Admin', mode: 'BUFFERED', authorization: 'AWS_IAM' }],
    resources: {
      Audit: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'audit',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: getAtt('Audit', 'StreamArn'), FunctionName: ref('Consumer'), BatchSize: 5 },
      },
    },
  });
  folders.push(folder, assembly);

  const written: string[] = [];
  const rounds = process.env['PORTCULLIS_PROVE'] === undefined ? 4 : 30;
  for (let round = 0; round < rounds; round += 1) {
    const { child, dynamodb } = await start(assembly, join(folder, 'data'));
    const client = new DynamoDBClient({
      endpoint: dynamodb,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    });
    for (let index = 0; index < 25; index += 1) {
      const pk = `${round}-${index}`;
      await client.send(new PutItemCommand({ TableName: 'audit', Item: { pk: { S: pk } } }));
      written.push(pk);
    }
    // Mid-way: some of this round's records have been taken, some have not.
    await waitUntil('the consumer works', async () => (await readFile(output, 'utf8')).includes(`${round}-0\n`));
    await kill(child);
  }

  const last = await start(assembly, join(folder, 'data'));
  const consumed = async () => (await readFile(output, 'utf8')).trim().split('\n');
  await waitUntil('everything is consumed', async () => {
    const seen = new Set(await consumed());
    return written.every((pk) => seen.has(pk));
  });
  await kill(last.child);
  const inOrder = [...new Set(await consumed())];
  expect(inOrder).toEqual(written);
}, 120_000);
