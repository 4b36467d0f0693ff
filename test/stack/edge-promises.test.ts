// What the template promises of the API's edge is what the local stack does: the same template with other numbers answers
// by those numbers, so none of them is the runner's own.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStackAssembly } from '../../local/template/cloud-assembly.ts';
import { readStackModel, type StackModel } from '../../local/template/stack-model.ts';
import { type HttpAnswer, type HttpCall, sendHttp } from '../support/http-client.ts';
import { productAssembly, startTestStack, type TestStack } from '../support/local-stack.ts';

const limits = {
  RatePerAddress: 60,
  'RatePerKey-authorization': 25,
  'RatePerKey-x-api-key': 26,
  'RatePerKey-api-key': 27,
  'RatePerKey-x-goog-api-key': 28,
  ManagementRatePerAddress: 20,
} as const;
const throttle = { rate: 50, burst: 300 };
const blockedAddress = '127.0.0.66';

let folder: string;
let stack: TestStack;
let model: StackModel;

/** The assembly of the product with smaller numbers; each must have stood in the template before. */
async function writeTightenedAssembly(): Promise<string> {
  const assembly = join(folder, 'assembly');
  await cp(await productAssembly(), assembly, { recursive: true });
  const [name = ''] = (await readdir(assembly)).filter((file) => file.endsWith('.template.json'));
  const path = join(assembly, name);
  let text = await readFile(path, 'utf8');
  const replace = (pattern: RegExp, replacement: string) => {
    const changed = text.replace(pattern, replacement);
    expect(changed, String(pattern)).not.toBe(text);
    text = changed;
  };
  for (const [rule, limit] of Object.entries(limits)) {
    replace(new RegExp(`("Name": "${rule}",(?:(?!"Name": "R).)*?"Limit": )\\d+`, 's'), `$1${limit}`);
  }
  replace(/"ThrottlingRateLimit": \d+/, `"ThrottlingRateLimit": ${throttle.rate}`);
  replace(/"ThrottlingBurstLimit": \d+/, `"ThrottlingBurstLimit": ${throttle.burst}`);
  replace(/"Addresses": \[\](?=,\s*"IPAddressVersion": "IPV4")/, `"Addresses": ["${blockedAddress}/32"]`);
  await writeFile(path, text);
  return assembly;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-edge-'));
  const assemblyDir = await writeTightenedAssembly();
  model = readStackModel(await readStackAssembly(assemblyDir));
  stack = await startTestStack({ assemblyDir, maxEnvironments: 4 });
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

const send = ({ path, ...call }: Omit<HttpCall, 'url'> & { readonly path: string }) =>
  sendHttp({ ...call, url: stack.url + path });

/** The answer that the template holds for a rule. */
function answerOfRule(name: string) {
  const rule = model.webAcl?.rules.find(({ Name }) => Name === name);
  const action = rule?.Action;
  if (action === undefined || !('Block' in action)) throw new Error(`no rule ${name} that blocks`);
  const { ResponseCode, CustomResponseBodyKey = '', ResponseHeaders = [] } = action.Block.CustomResponse ?? {};
  return {
    status: ResponseCode,
    text: model.webAcl?.responseBodies[CustomResponseBodyKey],
    headers: Object.fromEntries(ResponseHeaders.map(({ Name, Value }) => [Name, Value])),
  };
}

function expectAnswerOf(rule: string, { status, text, headers }: HttpAnswer): void {
  const promised = answerOfRule(rule);
  expect({ status, text }).toEqual({ status: promised.status, text: promised.text });
  expect(headers).toMatchObject({ ...promised.headers, 'content-type': 'application/json' });
}

/** Sends one after the other until the rule answers; how many passed before. */
async function passesBefore(rule: string, call: (index: number) => Parameters<typeof send>[0]): Promise<number> {
  for (let passed = 0; passed < 100; passed += 1) {
    const answer = await send(call(passed));
    if (answer.status !== 429) continue;
    expectAnswerOf(rule, answer);
    return passed;
  }
  throw new Error(`${rule} let everything pass`);
}

describe('rates', () => {
  const path = '/v1/chat/completions';

  it('of one address', async () => {
    const call = { path, method: 'POST', localAddress: '127.0.0.10' };
    expect(await passesBefore('RatePerAddress', () => call)).toBe(limits.RatePerAddress);
  });

  it.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const)('of one key in %s', async (header) => {
    const rule = `RatePerKey-${header}` as const;
    const call = (index: number) => ({
      path,
      method: 'POST',
      headers: { [header]: 'a key' },
      localAddress: `127.0.2.${index + 1}`,
    });
    expect(await passesBefore(rule, call)).toBe(limits[rule]);
    expect((await send({ ...call(0), headers: { [header]: 'another' } })).status).toBe(401);
  });

  it('of management requests', async () => {
    const call = { path: '/v1/keys', localAddress: '127.0.0.11' };
    expect(await passesBefore('ManagementRatePerAddress', () => call)).toBe(limits.ManagementRatePerAddress);
    expect((await send({ path, method: 'POST', localAddress: '127.0.0.11' })).status).toBe(401);
  });
});

describe('sizes', () => {
  it('of a body on its way to a model', async () => {
    const sized = (bytes: number) => send({ path: '/v1/chat/completions', body: 'x'.repeat(bytes) });
    expect((await sized(4_500_000)).status).toBe(401);
    expectAnswerOf('BodyTooLarge', await sized(4_500_001));
  });

  it('of a management body', async () => {
    const sized = (bytes: number) => send({ path: '/v1/keys', body: 'x'.repeat(bytes), localAddress: '127.0.0.12' });
    expect((await sized(65_536)).status).toBe(401);
    expectAnswerOf('ManagementBodyTooLarge', await sized(65_537));
  });

  it('of the headers', async () => {
    const { status, json } = await send({ path: '/healthz', headers: { 'x-long': 'x'.repeat(10_240) } });
    expect({ status, json }).toMatchObject({ status: 431, json: { error: { code: 'invalid_request' } } });
  });
});

it('an address of the block list', async () => {
  expectAnswerOf('BlockedAddresses', await send({ path: '/healthz', localAddress: blockedAddress }));
});

it('what looks like an attack, off the routes of models', async () => {
  const body = JSON.stringify({ name: '../../../etc/passwd' });
  expectAnswerOf('BodyFindingsOffModelRoutes', await send({ path: '/v1/keys', body, localAddress: '127.0.0.13' }));
  expect((await send({ path: '/v1/chat/completions', body })).status).toBe(401);
});

it('methods: a route answers those that it has, and the API itself all others', async () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const paths = [...new Set(model.api.routes.map(({ resourcePath }) => resourcePath))];
  expect(paths.length).toBeGreaterThan(4);
  for (const [index, resourcePath] of paths.entries()) {
    const routes = model.api.routes.filter((route) => route.resourcePath === resourcePath);
    for (const method of methods) {
      const route = routes.find((candidate) => candidate.method === 'ANY' || candidate.method === method);
      const path = resourcePath.replace('{proxy+}', 'sample');
      const { headers } = await send({ path, method, localAddress: `127.0.4.${index + 1}` });
      // Unsigned, an operator's route does not even exist.
      const isOwnAnswer = route === undefined || route.authorization === 'AWS_IAM';
      expect(headers['x-amzn-errortype'] !== undefined, `${method} ${path}`).toBe(isOwnAnswer);
    }
  }
});

it('what was blocked is logged by its rule, and nothing of what was sent', async () => {
  const logs = join(stack.dataDir, 'logs');
  const files = (await readdir(logs, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const [blocks] = files.filter(({ parentPath, name }) => join(parentPath, name).includes('aws-waf-logs-'));
  if (blocks === undefined) throw new Error('there is no log of blocks');
  const text = await readFile(join(blocks.parentPath, blocks.name), 'utf8');
  for (const rule of ['BlockedAddresses', 'BodyTooLarge', 'RatePerKey-api-key']) expect(text).toContain(rule);
  expect(text).not.toMatch(/passwd|a key|xxxx/);
});

// The last one: it leaves no tokens for others.
it('requests per second of the whole API', async () => {
  expect(model.api.throttle).toEqual({ ratePerSecond: throttle.rate, burst: throttle.burst });
  const startedAtMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 600 }, (_, index) => send({ path: '/nowhere', localAddress: `127.0.3.${(index % 50) + 1}` })),
  );
  const refilled = ((performance.now() - startedAtMs) / 1000) * throttle.rate + 1;
  const passed = answers.filter(({ status }) => status === 404).length;
  const throttled = answers.filter(({ status }) => status === 429);
  expect(passed + throttled.length).toBe(answers.length);
  expect(passed).toBeLessThanOrEqual(throttle.burst + refilled);
  expect(throttled.length).toBeGreaterThan(0);
  const promised = model.api.gatewayResponses.find(({ type }) => type === 'THROTTLED');
  for (const { text, headers } of throttled) {
    expect(text).toBe(promised?.templates['application/json']);
    expect(headers).toMatchObject({ 'retry-after': '1', 'x-request-id': expect.any(String) });
  }
});
