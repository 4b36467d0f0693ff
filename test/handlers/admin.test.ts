import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { createDynamoCredentialVault } from '../../lambdas/aws/dynamo-credential-vault.ts';
import { createDynamoKeyStore } from '../../lambdas/aws/dynamo-key-store.ts';
import { createKmsEnvelopeOpener } from '../../lambdas/aws/kms-envelope-open.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { parseKey } from '../../lambdas/domain/keys/key-format.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import {
  type AwsEngines,
  auditTable,
  envelopeKeyArn,
  keysTable,
  ledgerTable,
  startAwsEngines,
} from '../support/aws-engines.ts';

const proxyResult = z.strictObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string().transform((text): unknown => JSON.parse(text)),
  isBase64Encoded: z.literal(false),
});
const createdAccount = z.object({ id: z.string(), key: z.object({ key: z.string() }) });
const callable = z.custom<(event: unknown, context: unknown) => Promise<unknown>>(
  (value) => typeof value === 'function',
);

const REQUEST_ID = '00000000-1111-2222-3333-444444444444';
const CANARY = 'canary-7Qx2';

function eventOf(method: string, path: string, body: unknown, more: object = {}): object {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    resource: '/admin/{proxy+}',
    path,
    httpMethod: method,
    headers: { Authorization: `AWS4-HMAC-SHA256 ${CANARY}`, 'X-Request-Id': 'forged' },
    queryStringParameters: null,
    pathParameters: { proxy: path.slice('/admin/'.length) },
    requestContext: {
      requestId: REQUEST_ID,
      identity: { sourceIp: '192.0.2.1', userArn: 'arn:aws:iam::000000000000:user/op' },
    },
    body: Buffer.from(bytes).toString('base64'),
    isBase64Encoded: true,
    ...more,
  };
}

describe('the admin function', () => {
  let engines: AwsEngines;
  let handler: (event: unknown, context: unknown) => Promise<unknown>;
  let fault: Fault | undefined;
  let output = '';

  beforeAll(async () => {
    engines = await startAwsEngines({
      faults: (operation) => (operation === 'TransactWriteItems' ? fault : undefined),
    });
    const variables = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'TESTKEY',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoEndpoint,
      AWS_ENDPOINT_URL_KMS: engines.kmsEndpoint,
      STAGE: 'test',
      KEYS_TABLE: keysTable,
      AUDIT_TABLE: auditTable,
      LEDGER_TABLE: ledgerTable,
      ENVELOPE_KEY_ARN: envelopeKeyArn,
      UPSTREAMS: JSON.stringify({
        openai: { baseUrl: 'https://api.openai.com/v1', credential: 'required' },
        demo: { builtin: 'echo' },
      }),
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    handler = callable.parse((await import('../../lambdas/handlers/admin.lambda.ts')).handler);
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      output += String(chunk);
      return true;
    });
  });
  afterEach(() => {
    output = '';
    fault = undefined;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await engines.stop();
  });

  async function invoke(event: unknown) {
    return proxyResult.parse(await handler(event, { awsRequestId: 'lambda-request-id' }));
  }

  test('creates an account whose key the data plane then knows', async () => {
    const answer = await invoke(eventOf('POST', '/admin/accounts', { name: 'a', plan: 'enterprise' }));
    expect(answer).toMatchObject({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'x-request-id': REQUEST_ID },
    });
    const account = createdAccount.parse(answer.body);
    const parts = parseKey(account.key.key);
    if (parts === 'malformed') throw new Error('not a key');
    const store = createDynamoKeyStore({ client: engines.dynamoJson, table: keysTable });
    expect(await store.findKey(parts.publicId)).toMatchObject({
      accountId: account.id,
      secretSha256: sha256Hex(parts.secret),
      status: 'active',
    });
    expect(output).toBe('');
  });

  test('stores a credential that the data plane then reveals', async () => {
    const body = { api_key: 'sk-stored-secret' };
    const answer = await invoke(eventOf('PUT', '/admin/providers/openai/credential', body));
    expect(answer).toMatchObject({ statusCode: 200, body: { object: 'provider_credential', last4: 'cret' } });
    const vault = createDynamoCredentialVault({
      client: engines.dynamoJson,
      table: keysTable,
      openEnvelope: createKmsEnvelopeOpener(engines.kmsJson),
      now: Date.now,
    });
    expect(await vault.reveal('openai')).toBe('sk-stored-secret');
    expect(output).toBe('');
  });

  test('takes a body in plain text as well as in base64', async () => {
    const event = eventOf('POST', '/admin/accounts', '', { body: '{"name":"☃"}', isBase64Encoded: false });
    expect(await invoke(event)).toMatchObject({ statusCode: 201, body: { name: '☃', plan: 'free' } });
  });

  test.each([
    ['POST', '/admin/accounts', '{"name":', 400, 'invalid_json', null],
    ['POST', '/admin/accounts', '', 400, 'invalid_json', null],
    ['POST', '/admin/accounts', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'invalid_json', null],
    ['POST', '/admin/accounts', '[]', 400, 'invalid_request', null],
    ['POST', '/admin/accounts', '{"name":"a","name":"b"}', 400, 'invalid_request', 'name'],
    ['POST', '/admin/accounts', { name: 7 }, 400, 'invalid_request', 'name'],
    ['POST', '/admin/accounts', { name: 'a', admin: true }, 400, 'unknown_parameter', 'admin'],
    ['POST', '/admin/accounts', `{"name":"${'x'.repeat(70_000)}"}`, 413, 'request_too_large', null],
    ['PUT', '/admin/providers/openai/credential', { api_key: 'no' }, 400, 'invalid_request', 'api_key'],
    ['PUT', '/admin/providers/demo/credential', { api_key: 'sk-12345678' }, 404, 'not_found', null],
    ['PUT', '/admin/providers/unknown/credential', { api_key: 'sk-12345678' }, 404, 'not_found', null],
    ['PUT', '/admin/providers/__proto__/credential', { api_key: 'sk-12345678' }, 404, 'not_found', null],
    ['PUT', '/admin/providers/a/b/credential', { api_key: 'sk-12345678' }, 404, 'not_found', null],
    ['GET', '/admin/accounts', '', 404, 'not_found', null],
    ['POST', '/admin/accounts/', { name: 'a' }, 404, 'not_found', null],
    ['POST', '/admin/nothing', '{"name":', 404, 'not_found', null],
  ])('%s %s with %j is a %i %s', async (...row) => {
    const [method, path, body, statusCode, code, param] = row;
    const answer = await invoke(eventOf(method, path, body));
    expect(answer).toMatchObject({ statusCode, headers: { 'x-request-id': REQUEST_ID } });
    expect(answer.body).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code },
    });
  });

  test('a store that fails is a 503 that tells nothing, and one line that tells where', async () => {
    fault = 'internal-error';
    const answer = await invoke(eventOf('POST', '/admin/accounts', { name: CANARY }));
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'x-request-id': REQUEST_ID },
      body: { error: { code: 'service_unavailable', type: 'server_error', param: null } },
    });
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(output)).toMatchObject({ event: 'fault', requestId: REQUEST_ID, code: 'service_unavailable' });
    expect(output + JSON.stringify(answer)).not.toContain(CANARY);
  });

  test('an event that API Gateway would never send is a 500 under an id that finds the log line', async () => {
    for (const event of [null, {}, eventOf('POST', '/admin/accounts', '', { requestContext: { requestId: CANARY } })]) {
      output = '';
      const answer = await invoke(event);
      expect(answer).toMatchObject({
        statusCode: 500,
        headers: { 'x-request-id': 'lambda-request-id' },
        body: { error: { code: 'internal_error' } },
      });
      expect(JSON.parse(output)).toMatchObject({ event: 'fault', requestId: 'lambda-request-id' });
      expect(output + JSON.stringify(answer)).not.toContain(CANARY);
    }
  });

  test('no body, header or secret reaches the log', async () => {
    await invoke(eventOf('PUT', '/admin/providers/openai/credential', { api_key: `sk-${CANARY}` }));
    await invoke(eventOf('POST', '/admin/accounts', { name: CANARY }));
    await invoke(eventOf('POST', '/admin/accounts', { [CANARY]: CANARY }));
    await invoke(eventOf('POST', '/admin/accounts', `{"${CANARY}`));
    expect(output).toBe('');
  });
});
