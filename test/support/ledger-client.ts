import { DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { decodeItem } from '../../lambdas/aws/attribute-values.ts';
import { REQUEST_SHARDS, requestPartition, scopeKey } from '../../lambdas/aws/item-keys.ts';
import { type RequestRecord, requestRecord } from '../../lambdas/domain/limits/request-record.ts';
import { type ScopeState, scopeState } from '../../lambdas/domain/limits/scope-state.ts';
import { parseUsd } from '../../lambdas/domain/money.ts';
import { hourOf } from '../../lambdas/domain/usage/hours.ts';
import type { GatewayContext } from './gateway.ts';
import { type HttpAnswer, sendHttp } from './http-client.ts';
import { readOperatorKeys, sendSigned } from './operator.ts';

const HOUR_MS = 3_600_000;

export interface IssuedKey {
  readonly id: string;
  readonly key: string;
}

export interface IssuedAccount {
  readonly id: string;
  readonly masterKey: string;
}

/** US dollars in, nano-dollars out. */
const usd = z.string().transform((text) => {
  const nano = parseUsd(text);
  if (nano === undefined) throw new Error('not an amount');
  return nano;
});
const issuedKey = z.object({ id: z.string(), key: z.string() });
const issuedAccount = z
  .object({ id: z.string(), key: issuedKey })
  .transform(({ id, key }): IssuedAccount => ({ id, masterKey: key.key }));

/** The figures that `GET /v1/key` tells, in nano-dollars. */
const keyFigures = z
  .object({ spend: usd, spend_reserved: usd, budget_remaining: usd.nullable() })
  .transform(({ spend, spend_reserved, budget_remaining }) => ({
    spentNano: spend,
    reservedNano: spend_reserved,
    remainingNano: budget_remaining,
  }));
export type KeyFigures = z.infer<typeof keyFigures>;

export type RunningGateway = Pick<GatewayContext, 'origin' | 'masterKey' | 'accountId' | 'dataDir' | 'dynamodbUrl'> & {
  readonly tables: Pick<GatewayContext['tables'], 'ledger' | 'usage'>;
};

export interface KeyedCall {
  readonly key: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The keys and accounts of a running gateway, over HTTP as anyone has them, and what its tables hold of their requests. */
export function createLedgerClient(at: RunningGateway) {
  const aws = { region: 'us-east-1', credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' } };
  const client = new DynamoDBClient({ ...aws, endpoint: at.dynamodbUrl });
  const startedAtMs = Date.now();

  function call({ key, path, body, headers, ...more }: KeyedCall): Promise<HttpAnswer> {
    return sendHttp({
      ...more,
      url: at.origin + path,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** Those of one of an hour's partitions. */
  async function readPartition(partition: string): Promise<readonly RequestRecord[]> {
    const pk = { S: partition };
    const records: RequestRecord[] = [];
    const query = {
      TableName: at.tables.usage,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client }, query)) {
      records.push(...Items.map((item) => requestRecord.parse(decodeItem(item))));
    }
    return records;
  }

  /** An account's records of one hour, those under zero logging included. */
  async function readHour(accountId: string, hourMs: number): Promise<readonly RequestRecord[]> {
    const partitions = Array.from({ length: REQUEST_SHARDS }, (_, shard) =>
      [true, false].map((logged) => requestPartition({ accountId, hourMs }, logged, shard)),
    );
    return (await Promise.all(partitions.flat().map(readPartition))).flat();
  }

  return {
    call,
    chat: (key: string, body: object, more: Pick<KeyedCall, 'headers' | 'signal'> = {}) =>
      call({ key, path: '/v1/chat/completions', body, ...more }),

    async createKey(fields: object = {}, masterKey = at.masterKey): Promise<IssuedKey> {
      const answer = await call({ key: masterKey, path: '/v1/keys', body: { name: 'test', ...fields } });
      if (answer.status !== 201) throw new Error(`no key was made: ${answer.text}`);
      return issuedKey.parse(answer.json);
    },

    async createAccount(fields: object = {}): Promise<IssuedAccount> {
      const body = { name: 'test', plan: 'enterprise', ...fields };
      const keys = readOperatorKeys(at.dataDir);
      const answer = await sendSigned({ origin: at.origin, keys, path: '/admin/accounts', body });
      if (answer.status !== 201) throw new Error(`no account was made: ${answer.text}`);
      return issuedAccount.parse(answer.json);
    },

    /** A price of the operator's own. */
    async setPrice(body: object): Promise<void> {
      const keys = readOperatorKeys(at.dataDir);
      const answer = await sendSigned({ origin: at.origin, keys, method: 'PUT', path: '/admin/prices', body });
      if (answer.status !== 200) throw new Error(`no price was set: ${answer.text}`);
    },

    /** What the key is told of itself, spent and reserved as they were at one moment. */
    async readFigures(key: string): Promise<KeyFigures> {
      const answer = await call({ key, path: '/v1/key' });
      if (answer.status !== 200) throw new Error(`the key is told nothing: ${answer.text}`);
      return keyFigures.parse(answer.json);
    },

    /** The counters as they lie in the table. */
    async readScope(scope: string): Promise<ScopeState> {
      const { Item = {} } = await client.send(
        new GetItemCommand({ TableName: at.tables.ledger, Key: scopeKey(scope), ConsistentRead: true }),
      );
      return scopeState.parse(decodeItem(Item));
    },

    /** Of the requests that began since this client was made, or since `sinceMs`. */
    async readRecords({
      accountId = at.accountId,
      keyId,
      sinceMs = startedAtMs,
    }: {
      accountId?: string;
      keyId?: string;
      sinceMs?: number;
    } = {}): Promise<readonly RequestRecord[]> {
      const [first, last] = [hourOf(sinceMs), hourOf(Date.now())];
      const hours = Array.from({ length: (last - first) / HOUR_MS + 1 }, (_, index) => first + index * HOUR_MS);
      const records = await Promise.all(hours.map((hourMs) => readHour(accountId, hourMs)));
      return records.flat().filter((record) => keyId === undefined || record.keyId === keyId);
    },

    stop: () => client.destroy(),
  };
}
export type LedgerClient = ReturnType<typeof createLedgerClient>;

/** Nano-dollars. */
export function sumOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { amountNano }) => sum + amountNano, 0);
}
