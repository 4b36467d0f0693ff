import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import * as z from 'zod';
import { decodeItem } from '../../lambdas/aws/attribute-values.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import {
  type AwsEngines,
  auditTable,
  envelopeKeyArn,
  keysTable,
  ledgerTable,
  startAwsEngines,
  testCredentials,
  usageTable,
} from './aws-engines.ts';
import { createManagedAccounts, type ManagedAccount, type ManagedAccounts } from './managed-accounts.ts';

const proxyResult = z.strictObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string().transform((text): unknown => (text === '' ? undefined : JSON.parse(text))),
  isBase64Encoded: z.literal(false),
});

const callable = z.custom<(event: unknown, context: unknown) => Promise<unknown>>(
  (value) => typeof value === 'function',
);
const shownKey = z.looseObject({ id: z.string(), key: z.string().optional() });

export const list = z.object({
  object: z.literal('list'),
  data: z.array(z.looseObject({ id: z.string() })),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});

export const REQUEST_ID = '00000000-1111-2222-3333-444444444444';

export interface ManagementCall {
  readonly method: string;
  readonly path: string;
  readonly key?: string | undefined;
  /** Text and bytes are sent as they are. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly sourceIp?: string | undefined;
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** As API Gateway hands a call over. */
export function eventOf({ method, path, key, body, query, headers, sourceIp = '192.0.2.1' }: ManagementCall): object {
  const bytes = bytesOf(body);
  return {
    resource: '/v1/keys/{proxy+}',
    path,
    httpMethod: method,
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      'X-Forwarded-For': '203.0.113.9',
      ...headers,
    },
    multiValueQueryStringParameters:
      query === undefined ? null : Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    requestContext: { requestId: REQUEST_ID, identity: { sourceIp, userArn: null } },
    body: bytes?.toString('base64') ?? null,
    isBase64Encoded: bytes !== undefined,
  };
}

/**
 * The management function in this process, on the embedded engines, with an account of its own for each test. To be called
 * where tests are described.
 */
export function useManagementFunction() {
  let engines: AwsEngines;
  let handler: (event: unknown, context: unknown) => Promise<unknown>;
  let accounts: ManagedAccounts;
  let account: ManagedAccount;
  let output = '';
  const state = { faults: [] as { readonly operation: string; readonly fault: Fault }[] };

  beforeAll(async () => {
    engines = await startAwsEngines({
      faults: (operation) => {
        const [next] = state.faults;
        if (next?.operation !== operation) return undefined;
        state.faults.shift();
        return next.fault;
      },
    });
    const variables = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoEndpoint,
      AWS_ENDPOINT_URL_KMS: engines.kmsEndpoint,
      STAGE: 'test',
      KEYS_TABLE: keysTable,
      LEDGER_TABLE: ledgerTable,
      USAGE_TABLE: usageTable,
      AUDIT_TABLE: auditTable,
      ENVELOPE_KEY_ARN: envelopeKeyArn,
      UPSTREAMS: JSON.stringify({
        demo: { builtin: 'echo' },
        openai: { baseUrl: 'https://openai.invalid/v1', credential: 'required' },
        vllm: { baseUrl: 'https://vllm.invalid/v1', credential: 'optional' },
      }),
      ENVIRONMENTS: JSON.stringify(['development', 'staging', 'production']),
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    handler = callable.parse((await import('../../lambdas/handlers/management.lambda.ts')).handler);
    accounts = createManagedAccounts(engines);
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      output += String(chunk);
      return true;
    });
  });
  beforeEach(async () => {
    account = await accounts.create();
  });
  afterEach(() => {
    output = '';
    state.faults = [];
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await engines.stop();
  });

  const invokeRaw = (event: unknown) =>
    handler(event, { awsRequestId: 'lambda-request-id' }).then((answer) => proxyResult.parse(answer));
  const invoke = (call: ManagementCall) => invokeRaw(eventOf(call));

  /** As the account's master, unless another key is given. */
  const call = (method: string, path: string, more: Omit<ManagementCall, 'method' | 'path'> = {}) =>
    invoke({ key: account.masterKey, method, path, ...more });

  return {
    invoke,
    invokeRaw,
    call,
    /** Answers of the store, each of the next call of its operation. */
    failNext: (...faults: typeof state.faults) => {
      state.faults = faults;
    },
    get engines() {
      return engines;
    },
    get accounts() {
      return accounts;
    },
    get account() {
      return account;
    },
    /** All that the function has logged during the test. */
    get output() {
      return output;
    },

    async createKey(body: object = { name: 'k' }, key?: string) {
      const answer = await call('POST', '/v1/keys', { body, ...(key !== undefined && { key }) });
      expect(answer).toMatchObject({ statusCode: 201, headers: { 'cache-control': 'no-store' } });
      const created = shownKey.parse(answer.body);
      return { id: created.id, key: created.key ?? '', body: answer.body };
    },

    /** An account's chain, as it lies in the table. */
    async readAudit(tenant: string) {
      const { Items = [] } = await engines.dynamoSdk.send(
        new QueryCommand({
          TableName: auditTable,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
          ExpressionAttributeValues: { ':pk': { S: `ACCOUNT#${tenant}` }, ':event': { S: 'EVENT#' } },
        }),
      );
      return Items.map((item) => {
        const { pk: _pk, sk: _sk, ...event } = decodeItem(item);
        return event;
      });
    },
  };
}
