import { rmSync, writeFileSync } from 'node:fs';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { inject } from 'vitest';
import { decodeItem, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { credentialKey, keyKey } from '../../lambdas/aws/item-keys.ts';
import { randomBase62 } from '../../lambdas/crypto/random-base62.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { credentialRecord, OPERATOR_TENANT } from '../../lambdas/domain/credentials/credential-record.ts';
import { composeKey, PUBLIC_ID_LENGTH, SECRET_LENGTH } from '../../lambdas/domain/keys/key-format.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import { type HttpAnswer, type HttpCall, sendHttp } from './http-client.ts';
import { type OperatorCall, readOperatorKeys, sendSigned } from './operator.ts';

/** The one running stack that the tests of the `stack` project share. */
export interface GatewayContext {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly origin: string;
  readonly masterKey: string;
  readonly accountId: string;
  readonly dataDir: string;
  /** Where the providers `openai`, `open` and `sealed` are expected on 127.0.0.1: whoever tests listens there. */
  readonly upstreamPort: number;
  readonly dynamodbUrl: string;
  readonly kmsUrl: string;
  /** Physical names. */
  readonly tables: Readonly<Record<'keys' | 'audit' | 'ledger' | 'usage', string>>;
  /** Holds the fault that the store is to show; absent: none. */
  readonly faultFile: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    gateway: GatewayContext;
  }
}

export const gateway = inject('gateway');

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' } };
export const dynamodb = new DynamoDBClient({ ...aws, endpoint: gateway.dynamodbUrl });
const kms = new KMSClient({ ...aws, endpoint: gateway.kmsUrl });

/** Disables the KMS key that sealed `provider`'s credential, while `run` runs. */
export async function withoutEnvelopeKey<Result>(provider: string, run: () => Promise<Result>): Promise<Result> {
  const Key = credentialKey(OPERATOR_TENANT, provider);
  const { Item = {} } = await dynamodb.send(new GetItemCommand({ TableName: gateway.tables.keys, Key }));
  const { keyId: KeyId } = credentialRecord.parse(decodeItem(Item)).envelope;
  await kms.send(new DisableKeyCommand({ KeyId }));
  try {
    return await run();
  } finally {
    await kms.send(new EnableKeyCommand({ KeyId }));
  }
}

/** A request to the stack, as the master key unless other headers are given. `path` follows the host. */
export function send({
  path,
  headers,
  ...call
}: Omit<HttpCall, 'url'> & { readonly path: string }): Promise<HttpAnswer> {
  const signedIn = { authorization: `Bearer ${gateway.masterKey}`, 'content-type': 'application/json' };
  return sendHttp({ ...call, url: gateway.origin + path, headers: headers ?? signedIn });
}

/** POST /v1/chat/completions with any body: text and bytes are sent as they are. */
export function sendChat(
  body: string | Uint8Array | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const signedIn = { authorization: `Bearer ${gateway.masterKey}`, 'content-type': 'application/json' };
  return send({ path: '/v1/chat/completions', body: bytes, headers: { ...signedIn, ...headers } });
}

/** A call of an operator's route of the stack, as its operator unless other keys are given. */
export function sendAsOperator(
  call: Omit<OperatorCall, 'origin' | 'keys'> & Partial<Pick<OperatorCall, 'keys'>>,
): Promise<HttpAnswer> {
  return sendSigned({ origin: gateway.origin, keys: readOperatorKeys(gateway.dataDir), ...call });
}

export interface TestKey {
  readonly key: string;
  readonly record: KeyRecord;
}

type KeyItem = Parameters<typeof encodeItem>[0] & { readonly id: string };

/** Writes a key's record as it is given, straight into the table. */
async function putKeyRecord(record: KeyItem): Promise<void> {
  const Item = { ...keyKey(record.id), ...encodeItem(record) };
  await dynamodb.send(new PutItemCommand({ TableName: gateway.tables.keys, Item }));
}

/** A key of the local account, with what no operation can give it yet. */
export async function createTestKey(overrides: Readonly<Record<string, string | number>> = {}): Promise<TestKey> {
  const id = randomBase62(PUBLIC_ID_LENGTH);
  const secret = randomBase62(SECRET_LENGTH);
  const key = composeKey({ publicId: id, secret });
  const record: KeyRecord = {
    schemaVersion: 1,
    id,
    accountId: gateway.accountId,
    name: 'contract test',
    type: 'user',
    status: 'active',
    secretSha256: sha256Hex(secret),
    last4: key.slice(-4),
    createdAt: 1_700_000_000,
    // Its counters come into being when it is first used.
    policyVersion: 0,
  };
  await putKeyRecord({ ...record, ...overrides });
  return { key, record };
}

/** From now on every request to the store ends so, for every function of the stack. */
export function breakStore(fault: Fault): void {
  writeFileSync(gateway.faultFile, fault);
}

export function mendStore(): void {
  rmSync(gateway.faultFile, { force: true });
}
