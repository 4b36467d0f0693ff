import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FixtureStack, writeFixtureAssembly } from '../support/fixture-assembly.ts';
import { startTestStack } from '../support/local-stack.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Answers as the product does, and prints who called what. */
const admin = `
export const handler = async ({ httpMethod, path, requestContext, body }) => {
  const { userArn, accountId } = requestContext.identity;
  console.log(JSON.stringify({ httpMethod, path, userArn, accountId, bytes: Buffer.from(body, 'base64').length }));
  const created = { id: 'acct_1', key: { key: 'ask_fixture' } };
  return { statusCode: httpMethod === 'POST' ? 201 : 200, body: JSON.stringify(created) };
};`;
const proxy = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, {});
  out.write(process.env.UPSTREAMS);
  out.end();
});`;

let folder: string;
const assemblies: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
});
afterEach(async () => {
  for (const each of [folder, ...assemblies.splice(0)]) await rm(each, { recursive: true });
});

async function fixture(changes: Partial<FixtureStack['functions']> = {}): Promise<string> {
  const UPSTREAMS = '{"openai":{"baseUrl":"https://api.openai.com/v1","credential":"required"}}';
  const assembly = await writeFixtureAssembly({
    functions: { Admin: { source: admin }, Proxy: { source: proxy, variables: { UPSTREAMS } }, ...changes },
    routes: [
      { segment: 'v1', functionId: 'Proxy' },
      { segment: 'admin', functionId: 'Admin', mode: 'BUFFERED', authorization: 'AWS_IAM' },
    ],
  });
  assemblies.push(assembly);
  return assembly;
}

async function logOf(group: string): Promise<string> {
  const directory = join(folder, 'logs/aws/lambda', group);
  const files = await readdir(directory).catch(() => []);
  return (await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')))).join('');
}

describe('a start', () => {
  test('acts as the signed operator: one account per data folder, each credential at every start', async () => {
    const assemblyDir = await fixture();
    const options = { assemblyDir, dataDir: folder, environment: { OPENAI_API_KEY: 'sk-developer' } };
    const first = await startTestStack(options);
    expect(first).toMatchObject({ accountId: 'acct_1', masterKey: 'ask_fixture' });
    await first.stop();
    const second = await startTestStack(options);
    expect(second.accountId).toBe('acct_1');
    expect(second).not.toHaveProperty('masterKey');
    await second.stop();

    const calls = (await logOf('fixture-Admin')).split('\n').filter((line) => line.includes('httpMethod'));
    const posts = calls.filter((line) => line.includes('/admin/accounts'));
    const puts = calls.filter((line) => line.includes('/admin/providers/openai/credential'));
    expect([posts.length, puts.length]).toEqual([1, 2]);
    expect(posts[0]).toContain('arn:aws:iam::000000000000:user/local-operator');
    expect(second.lines).toEqual(['Credentials stored for openai.']);
  });

  test('hands the upstreams of the command line to the functions', async () => {
    const upstreams = new Map([['own', 'http://127.0.0.1:1/v1']]);
    const stack = await startTestStack({ assemblyDir: await fixture(), dataDir: folder, upstreams });
    const response = await fetch(`${stack.baseUrl}/x`);
    expect(await response.json()).toEqual({
      openai: { baseUrl: 'https://api.openai.com/v1', credential: 'required' },
      own: { baseUrl: 'http://127.0.0.1:1/v1', credential: 'optional' },
    });
    await stack.stop();
  });

  test('that fails says why, and leaves nothing running and nothing locked', async () => {
    const broken = await fixture({ Proxy: { source: 'throw new Error("at import")' } });
    const failed = startTestStack({ assemblyDir: broken, dataDir: folder });
    await expect(failed).rejects.toThrow(/fixture-Proxy did not start.*\/aws\/lambda\/fixture-Proxy/);
    expect(await logOf('fixture-Proxy')).toContain('at import');
    const stack = await startTestStack({ assemblyDir: await fixture(), dataDir: folder });
    await stack.stop();
  });

  test('whose operator route refuses stops, and the next start makes the account', async () => {
    const source = 'export const handler = async () => ({ statusCode: 503, body: "{}" });';
    const refusing = await fixture({ Admin: { source } });
    await expect(startTestStack({ assemblyDir: refusing, dataDir: folder })).rejects.toThrow(/answered 503/);
    const stack = await startTestStack({ assemblyDir: await fixture(), dataDir: folder });
    expect(stack.masterKey).toBe('ask_fixture');
    await stack.stop();
  });
});

test('a stopped stack answers nobody, and stopping again changes nothing', async () => {
  const stack = await startTestStack({ assemblyDir: await fixture(), dataDir: folder });
  await Promise.all([stack.stop(), stack.stop()]);
  await waitUntil('the port is closed', () =>
    fetch(`${stack.baseUrl}/x`).then(
      () => false,
      () => true,
    ),
  );
});
