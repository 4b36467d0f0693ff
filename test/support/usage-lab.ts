import { z } from 'zod';
import { createDynamoFoldStore } from '../../lambdas/aws/dynamo-fold-store.ts';
import { createDynamoLedger } from '../../lambdas/aws/dynamo-ledger.ts';
import { createDynamoRequestReader } from '../../lambdas/aws/dynamo-request-reader.ts';
import { createDynamoUsageReader } from '../../lambdas/aws/dynamo-usage-reader.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { permissionsOf } from '../../lambdas/domain/access/permissions-of.ts';
import type { AccountRecord } from '../../lambdas/domain/accounts/account-record.ts';
import type { Demand } from '../../lambdas/domain/limits/ledger.ts';
import { unloggedId } from '../../lambdas/domain/limits/unlogged-id.ts';
import type { KeyCall } from '../../lambdas/domain/management-call.ts';
import { parseUsd } from '../../lambdas/domain/money.ts';
import { foldUsage } from '../../lambdas/operations/fold-usage.ts';
import { listRequests } from '../../lambdas/operations/list-requests.ts';
import { retrieveCosts } from '../../lambdas/operations/retrieve-costs.ts';
import { retrieveUsage } from '../../lambdas/operations/retrieve-usage.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import { textOf } from './answer-text.ts';
import { ledgerTable, startLedgerTables, usageTable } from './dynamo-ledger.ts';
import { policyOf } from './ledger-suite.ts';
import { accountRecord, keyRecord } from './memory-ports.ts';

/** Ten past nine: an hour of which most is still to come. */
export const beginMs = Date.UTC(2026, 10, 25, 9, 10);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

const page = z.object({
  data: z.array(
    z.object({
      start_time: z.int(),
      results: z.array(
        z.looseObject({
          amount: z.object({ value: z.number(), decimal: z.string() }).optional(),
          num_model_requests: z.int().optional(),
          api_key_id: z.string().nullable(),
          model: z.string().nullable(),
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});
export type UsagePage = z.infer<typeof page>;

const requestPage = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), created_at: z.int(), status: z.string(), amount: z.string() })),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});

/** Comes between a process and its store. */
export type Cut = (client: JsonClient) => JsonClient;
const whole: Cut = (client) => client;

/** One account with some keys, on the embedded DynamoDB, under a clock that the test moves. */
export async function startUsageLab() {
  const tables = await startLedgerTables();
  const clock = { nowMs: beginMs };
  const now = () => clock.nowMs;
  let accounts = 0;

  function open(account: AccountRecord) {
    const call = (input: object): KeyCall => ({
      requestId: 'r',
      input,
      actor: { type: 'api_key', api_key: { id: keyRecord.id, ip_address: '192.0.2.1' } },
      key: keyRecord,
      account,
      member: undefined,
      permissions: permissionsOf(keyRecord, undefined),
      identifyAnew: () => Promise.reject(new Error('a report changes nothing')),
    });
    const portsOver = (cut: Cut) => {
      const usage = { client: cut(tables.client), table: usageTable, now };
      return {
        usage: createDynamoUsageReader(usage),
        requests: createDynamoRequestReader(usage),
        nowSeconds: () => Math.floor(now() / 1000),
        elapsedMs: () => performance.now(),
      };
    };
    const scope = `account:${account.id}`;
    const scopesOf = (keyId: string) => [policyOf(`key:${account.id}${keyId}`), policyOf(scope)];

    async function pages(list: typeof retrieveCosts, input: object, cut: Cut = whole): Promise<UsagePage[]> {
      const ports = portsOver(cut);
      const found: UsagePage[] = [];
      let at: string | null | undefined;
      do {
        const outcome = await list(call({ ...input, ...(at && { page: at }) }), ports);
        found.push(page.parse(JSON.parse(textOf(outcome))));
        at = found.at(-1)?.next_page;
      } while (at);
      return found;
    }

    return {
      id: account.id,
      scopesOf,
      keyId: (name: string) => `${account.id}${name}`,
      demandOf(keyId: string, requestId: string, more: Partial<Demand> = {}): Demand {
        const startedAtMs = more.startedAtMs ?? clock.nowMs;
        const leaseEndsAtMs = startedAtMs + 15 * MINUTE_MS + 30_000;
        const isUnlogged = keyId.startsWith('Z');
        const id = `${account.id}-${requestId}`;
        return {
          requestId: isUnlogged ? unloggedId(id) : id,
          startedAtMs,
          scopes: scopesOf(keyId),
          amountNano: 1_000,
          tokens: 10,
          leaseEndsAtMs,
          ...more,
        };
      },
      /** Nano-dollars, as the counters have them. */
      async spent(keyId?: string): Promise<number> {
        const name = keyId === undefined ? scope : `key:${account.id}${keyId}`;
        const { committed = 0, reserved = 0 } = (await tables.scopes.read(name)) ?? {};
        return committed - reserved;
      },
      costs: (input: object) => pages(retrieveCosts, input),
      completions: (input: object, cut?: Cut) => pages(retrieveUsage, input, cut),
      requests: async (input: object = {}) =>
        requestPage.parse(JSON.parse(textOf(await listRequests(call(input), portsOver(whole))))),
    };
  }

  return {
    ...tables,
    clock,
    now,
    async newAccount(keyIds: readonly string[], retention?: AccountRecord['retention']) {
      accounts += 1;
      const account = open({ ...accountRecord, id: `acct_Lab${accounts}`, ...(retention && { retention }) });
      for (const keyId of keyIds) for (const policy of account.scopesOf(keyId)) await tables.putPolicy(policy);
      return account;
    },
    newProcess: (cut = whole) => createDynamoLedger({ client: cut(tables.client), ledgerTable, usageTable, now }),
    sweep: (onFailure: (cause: unknown) => void) =>
      sweepLeases({ ...tables, records: tables.recordsAt(now), now, onFailure }),
    fold(more: Partial<Parameters<typeof foldUsage>[0]> = {}, cut = whole) {
      const store = createDynamoFoldStore({ client: cut(tables.client), table: usageTable });
      return foldUsage({ store, scopes: tables.scopes, now, remainingMs: () => 600_000, onFailure: () => {}, ...more });
    },
  };
}
export type UsageLab = Awaited<ReturnType<typeof startUsageLab>>;
export type LabAccount = Awaited<ReturnType<UsageLab['newAccount']>>;

function nano(text: string): number {
  const amount = parseUsd(text);
  if (amount === undefined) throw new Error(`not an amount: ${text}`);
  return amount;
}

/** What the buckets come to, nano-dollars, by the value of one field; and checks that the number says the same. */
export function sumCosts(pages: readonly UsagePage[], field?: 'api_key_id' | 'model'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const result of pages.flatMap(({ data }) => data).flatMap(({ results }) => results)) {
    const { value, decimal } = result.amount ?? { value: 0, decimal: '0' };
    if (Math.round(value * 1e9) !== nano(decimal)) throw new Error('the number is not the amount');
    const name = field === undefined ? 'all' : String(result[field]);
    sums.set(name, (sums.get(name) ?? 0) + nano(decimal));
  }
  return sums;
}
