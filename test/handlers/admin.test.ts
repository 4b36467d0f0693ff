import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { decodeItem, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createDynamoCredentialVault } from '../../lambdas/aws/dynamo-credential-vault.ts';
import { createDynamoKeyStore } from '../../lambdas/aws/dynamo-key-store.ts';
import { credentialKey, scopeKey } from '../../lambdas/aws/item-keys.ts';
import { createKmsEnvelopeOpener } from '../../lambdas/aws/kms-envelope-open.ts';
import { createKmsEnvelopeSealer } from '../../lambdas/aws/kms-envelope-seal.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { credentialContext } from '../../lambdas/domain/credentials/credential-record.ts';
import { parseKey } from '../../lambdas/domain/keys/key-format.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import {
  type AwsEngines,
  auditTable,
  envelopeKeyArn,
  keysTable,
  ledgerTable,
  otherKeyArn,
  startAwsEngines,
} from '../support/aws-engines.ts';
import { withoutOwn } from '../support/credential-vault-suite.ts';

const proxyResult = z.strictObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string().transform((text): unknown => JSON.parse(text)),
  isBase64Encoded: z.literal(false),
});
const accountList = z.object({
  data: z.array(z.looseObject({ id: z.string() })),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
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

  async function readChain(tenant: string) {
    const { Items = [] } = await engines.dynamoSdk.send(
      new QueryCommand({
        TableName: auditTable,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
        ExpressionAttributeValues: { ':pk': { S: `ACCOUNT#${tenant}` }, ':event': { S: 'EVENT#' } },
      }),
    );
    return Items.map(decodeItem);
  }

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
    expect(await vault.reveal('openai', withoutOwn)).toBe('sk-stored-secret');
    expect(output).toBe('');
  });

  describe('the accounts', () => {
    const create = async (fields: object = {}) =>
      createdAccount.parse((await invoke(eventOf('POST', '/admin/accounts', { name: 'a', ...fields }))).body);
    const patch = (id: string, body: object, more: object = {}) =>
      invoke(eventOf('PATCH', `/admin/accounts/${id}`, body, more));
    const get = (id: string) => invoke(eventOf('GET', `/admin/accounts/${id}`, ''));

    test('are listed in pages, each once', async () => {
      const made = [await create(), await create(), await create()].map(({ id }) => id);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const queryStringParameters = { limit: '2', ...(after !== null && { after }) };
        const answer = await invoke(eventOf('GET', '/admin/accounts', '', { queryStringParameters }));
        const page = accountList.parse(answer.body);
        seen.push(...page.data.map(({ id }) => id));
        after = page.has_more ? page.last_id : null;
      } while (after !== null);
      expect(seen).toEqual([...new Set(seen)].sort());
      for (const id of made) expect(seen).toContain(id);
    });

    test('are shown and changed: plan, limits, name and status, each change at a new version of the counters', async () => {
      const { id } = await create({ plan: 'developer', max_budget: '5' });
      expect(await get(id)).toMatchObject({
        statusCode: 200,
        headers: { etag: '"1"' },
        body: { id, plan: 'developer', status: 'active', max_budget: '5.00', budget_remaining: '5.00' },
      });
      const changes = { plan: 'startup', name: 'Private Ltd', max_budget: null, rpm_limit: 7, status: 'suspended' };
      expect(await patch(id, changes)).toMatchObject({ statusCode: 200, headers: { etag: '"2"' }, body: changes });
      const { Item = {} } = await engines.dynamoSdk.send(
        new GetItemCommand({ TableName: ledgerTable, Key: scopeKey(`account:${id}`) }),
      );
      expect(decodeItem(Item)).toMatchObject({ policyVersion: 2 });
      const event = (await readChain(id)).at(-1);
      expect(event).toMatchObject({
        type: 'account.updated',
        actor: { type: 'iam' },
        'account.updated': {
          fields: ['name', 'plan', 'status', 'max_budget', 'rpm_limit'],
          changes_requested: { plan: 'startup', status: 'suspended', max_budget: null, rpm_limit: 7 },
        },
      });
      expect(JSON.stringify(event)).not.toContain('Private');
    });

    test('may be let in again after a suspension, and never after they were closed', async () => {
      const { id } = await create();
      await patch(id, { status: 'suspended' });
      expect((await patch(id, { status: 'active' })).statusCode).toBe(200);
      expect((await patch(id, { status: 'closed' })).statusCode).toBe(200);
      for (const status of ['active', 'suspended']) {
        expect(await patch(id, { status })).toMatchObject({ statusCode: 409, body: { error: { code: 'conflict' } } });
      }
      expect((await patch(id, { name: 'late' })).statusCode).toBe(200);
    });

    test('are changed from the version that was seen alone', async () => {
      const { id } = await create();
      const headers = { 'If-Match': '"1"' };
      const answers = await Promise.all(['b', 'c'].map((name) => patch(id, { name }, { headers })));
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
    });

    test.each([
      [{ plan: 'golden' }, 'invalid_request', 'plan'],
      [{ plan: null }, 'invalid_request', 'plan'],
      [{ status: 'open' }, 'invalid_request', 'status'],
      [{ max_budget: 5 }, 'invalid_request', 'max_budget'],
      [{ id: 'acct_0000000000000000' }, 'unknown_parameter', 'id'],
      [{ recoverable_keys: true }, 'unknown_parameter', 'recoverable_keys'],
      [{ memberCount: 1 }, 'unknown_parameter', 'memberCount'],
      [{ credentials: {} }, 'unknown_parameter', 'credentials'],
    ])('patched with %j are a 400 %s at %s', async (body, code, param) => {
      const { id } = await create();
      expect(await patch(id, body)).toMatchObject({ statusCode: 400, body: { error: { code, param } } });
      expect(await readChain(id)).toHaveLength(2);
    });
  });

  describe('re-wrapping', () => {
    const rewrap = (body: object) => invoke(eventOf('POST', '/admin/rewrap', body));

    /** As it was sealed under a KMS key that was used before. */
    async function sealUnderOldKey(tenant: string, provider: string, secret: string): Promise<void> {
      const seal = createKmsEnvelopeSealer({ client: engines.kmsSdk, keyArn: otherKeyArn });
      const envelope = await seal(secret, credentialContext(tenant, provider));
      const record = {
        schemaVersion: 1,
        tenant,
        provider,
        last4: secret.slice(-4),
        createdAt: 1_800_000_000,
        envelope,
      };
      const Item = { ...credentialKey(tenant, provider), ...encodeItem(record) };
      await engines.dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item }));
    }

    const openVault = () =>
      createDynamoCredentialVault({
        client: engines.dynamoJson,
        table: keysTable,
        openEnvelope: createKmsEnvelopeOpener(engines.kmsJson),
        now: Date.now,
      });

    test('puts everything of a tenant under the KMS key in use, page by page, and opens nothing', async () => {
      const { id } = createdAccount.parse((await invoke(eventOf('POST', '/admin/accounts', { name: 'a' }))).body);
      const names = Array.from({ length: 25 }, (_, index) => `provider-${String(index).padStart(2, '0')}`);
      for (const name of names) await sealUnderOldKey(id, name, `sk-secret-of-${name}`);
      const first = await rewrap({ tenant: id });
      expect(first).toMatchObject({
        statusCode: 200,
        body: { object: 'rewrap', tenant: id, rewrapped: 20, has_more: true },
      });
      const { last_id } = z.looseObject({ last_id: z.string() }).parse(first.body);
      expect((await rewrap({ tenant: id, after: last_id })).body).toMatchObject({ rewrapped: 5, has_more: false });
      await engines.kmsSdk.send(new DisableKeyCommand({ KeyId: otherKeyArn }));
      try {
        const credentials = Object.fromEntries(names.map((name) => [name, 1]));
        for (const name of names) {
          expect(await openVault().reveal(name, { id, credentials })).toBe(`sk-secret-of-${name}`);
        }
      } finally {
        await engines.kmsSdk.send(new EnableKeyCommand({ KeyId: otherKeyArn }));
      }
      const events = await readChain(id);
      expect(events.slice(-2)).toMatchObject([
        {
          type: 'admin.secrets.rewrapped',
          'admin.secrets.rewrapped': { count: 20, purposes: ['provider-credential'] },
        },
        { type: 'admin.secrets.rewrapped', 'admin.secrets.rewrapped': { count: 5 } },
      ]);
      expect(JSON.stringify([first, events])).not.toContain('sk-secret');
      expect(output).toBe('');
    });

    test('can be repeated, and done again under newer material of the same key', async () => {
      await invoke(eventOf('PUT', '/admin/providers/openai/credential', { api_key: 'sk-of-the-operator' }));
      for (let round = 0; round < 3; round += 1) {
        expect((await rewrap({ tenant: 'operator' })).statusCode).toBe(200);
        expect(await openVault().reveal('openai', withoutOwn)).toBe('sk-of-the-operator');
      }
    });

    test('of a tenant that has nothing does nothing', async () => {
      const { id } = createdAccount.parse((await invoke(eventOf('POST', '/admin/accounts', { name: 'a' }))).body);
      expect((await rewrap({ tenant: id })).body).toMatchObject({ rewrapped: 0, last_id: null, has_more: false });
      expect(await readChain(id)).toHaveLength(2);
    });

    test('of a record that was put in another’s place changes nothing', async () => {
      const { id } = createdAccount.parse((await invoke(eventOf('POST', '/admin/accounts', { name: 'a' }))).body);
      await sealUnderOldKey(id, 'openai', 'sk-of-the-account');
      const Key = credentialKey(id, 'openai');
      const { Item = {} } = await engines.dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
      const moved = { ...Item, ...credentialKey(id, 'groq'), provider: { S: 'groq' } };
      await engines.dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item: moved }));
      expect(await rewrap({ tenant: id })).toMatchObject({ statusCode: 503 });
      expect(await readChain(id)).toHaveLength(2);
    });
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
    ['GET', '/admin/nothing', '', 404, 'not_found', null],
    ['GET', '/admin/accounts/acct_none', '', 404, 'not_found', null],
    ['GET', '/admin/accounts/acct_0000000000000000', '', 404, 'not_found', null],
    ['PATCH', '/admin/accounts/acct_0000000000000000', {}, 404, 'not_found', null],
    ['POST', '/admin/rewrap', {}, 400, 'invalid_request', 'tenant'],
    ['POST', '/admin/rewrap', { tenant: 'acct_../operator' }, 400, 'invalid_request', 'tenant'],
    ['POST', '/admin/rewrap', { tenant: 'operator', after: 'x' }, 400, 'invalid_request', 'after'],
    ['POST', '/admin/rewrap', { tenant: 'operator', limit: 5 }, 400, 'unknown_parameter', 'limit'],
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
