import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createDynamoUsageReader } from '../../lambdas/aws/dynamo-usage-reader.ts';
import { requestKey } from '../../lambdas/aws/item-keys.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { defaultRetention } from '../../lambdas/domain/accounts/retention.ts';
import { recordOf } from '../../lambdas/domain/limits/request-record.ts';
import { usageTable } from '../support/dynamo-ledger.ts';
import { settlementOf } from '../support/ledger-suite.ts';
import {
  beginMs,
  HOUR_MS,
  type LabAccount,
  MINUTE_MS,
  startUsageLab,
  sumCosts,
  type UsageLab,
} from '../support/usage-lab.ts';

let lab: UsageLab;
beforeAll(async () => {
  lab = await startUsageLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.clock.nowMs = beginMs;
});

const hourStart = Date.UTC(2026, 10, 25, 9) / 1000;
const DAY_MS = 24 * HOUR_MS;

/** One request from beginning to end. */
async function spend(
  account: LabAccount,
  keyId: string,
  amountNano: number,
  requestId = String(amountNano),
): Promise<void> {
  const process = lab.newProcess();
  const demand = account.demandOf(keyId, requestId);
  await process.reserve(demand);
  await process.settle(settlementOf(demand, { amountNano }));
}

async function foldLater(): Promise<void> {
  lab.clock.nowMs += 2 * HOUR_MS;
  expect(await lab.fold()).toMatchObject({ later: 0, failed: 0 });
}

/** Which hours or minutes have what, nano-dollars. */
async function spread(account: LabAccount, by: 'hour' | 'minute', reader = readerOver(lab.client)) {
  const range = { accountId: account.id, by, fromMs: hourStart * 1000, toMs: lab.clock.nowMs + MINUTE_MS };
  const found: Record<string, number> = {};
  for await (const { entries } of reader.readHours({ ...range, retention: defaultRetention })) {
    for (const { atMs, row } of entries) {
      const name = new Date(atMs).toISOString().slice(11, 16);
      found[name] = (found[name] ?? 0) + row.amountNano;
    }
  }
  return found;
}

const readerOver = (client: JsonClient) => createDynamoUsageReader({ client, table: usageTable, now: lab.now });

const totalOf = async (account: LabAccount, input: object = {}) =>
  sumCosts(await account.costs({ start_time: String(hourStart), ...input })).get('all') ?? 0;

describe('usage', () => {
  test('is there as soon as a request is settled, by the hour and by the minute', async () => {
    const account = await lab.newAccount(['K1']);
    await spend(account, 'K1', 5);
    lab.clock.nowMs += 3 * MINUTE_MS;
    await spend(account, 'K1', 7);
    expect(await spread(account, 'hour')).toEqual({ '09:00': 12 });
    expect(await spread(account, 'minute')).toEqual({ '09:10': 5, '09:13': 7 });
  });

  test('is told apart by the minute after it is folded too, but for what is under zero logging', async () => {
    const account = await lab.newAccount(['K1', 'Z1']);
    await spend(account, 'K1', 5);
    await spend(account, 'Z1', 7);
    const before = { hour: await spread(account, 'hour'), minute: await spread(account, 'minute') };
    expect(before).toEqual({ hour: { '09:00': 12 }, minute: { '09:00': 7, '09:10': 5 } });
    await foldLater();
    expect({ hour: await spread(account, 'hour'), minute: await spread(account, 'minute') }).toEqual(before);
  });

  test('of a day that is folded is read in one query, whatever the number of requests', async () => {
    const account = await lab.newAccount(['K1', 'Z1']);
    for (let hour = 0; hour < 6; hour += 1) {
      for (let index = 0; index < 4; index += 1) {
        await spend(account, index % 2 === 0 ? 'K1' : 'Z1', 1, `${hour}-${index}`);
      }
      lab.clock.nowMs += HOUR_MS;
    }
    await foldLater();
    const calls: string[] = [];
    const counting: JsonClient = {
      call(operation, ...more) {
        calls.push(operation);
        return lab.client.call(operation, ...more);
      },
    };
    const found = await spread(account, 'hour', readerOver(counting));
    expect(found).toEqual(
      Object.fromEntries([9, 10, 11, 12, 13, 14].map((hour) => [`${hour}:00`.padStart(5, '0'), 4])),
    );
    expect(calls).toEqual(['Query']);
  });

  test('of one account is never another’s', async () => {
    const [one, other] = [await lab.newAccount(['K1', 'Z1']), await lab.newAccount(['K1', 'Z1'])];
    await spend(one, 'K1', 5);
    await spend(one, 'Z1', 6);
    expect([await totalOf(one), await totalOf(other)]).toEqual([11, 0]);
    await foldLater();
    expect([await totalOf(one), await totalOf(other)]).toEqual([11, 0]);
  });

  test('of more keys and models than one item holds comes to the same, and so it does where the fold had to stop', async () => {
    const account = await lab.newAccount(['K1']);
    const records = lab.recordsAt(lab.now);
    const demand = account.demandOf('K1', 'r');
    await Promise.all(
      Array.from({ length: 2_300 }, (_, index) =>
        records.commit(
          recordOf(settlementOf({ ...demand, requestId: `r-${index}` }, { amountNano: 1, model: `m-${index}` })),
        ),
      ),
    );
    expect(await totalOf(account)).toBe(2_300);
    lab.clock.nowMs += 2 * HOUR_MS;
    let asked = 0;
    const remainingMs = () => {
      asked += 1;
      return asked > 3 ? 0 : 600_000;
    };
    expect(await lab.fold({ remainingMs })).toMatchObject({ later: 1 });
    expect(await lab.fold()).toMatchObject({ folded: 1 });
    expect(await totalOf(account)).toBe(2_300);
    const byModel = sumCosts(await account.costs({ start_time: String(hourStart), group_by: 'model' }), 'model');
    expect(byModel.size).toBe(2_300);
  });
});

describe('retention', () => {
  test('what is older than the account keeps is not there, deleted or not', async () => {
    const account = await lab.newAccount(['K1', 'Z1'], { requestRecordDays: 3, usageDays: 5 });
    await spend(account, 'K1', 5);
    await spend(account, 'Z1', 6);
    await foldLater();
    const endMs = hourStart * 1000 + 5 * DAY_MS;
    lab.clock.nowMs = hourStart * 1000 + 3 * DAY_MS;
    const lastWeek = { start_time: String(hourStart), limit: '100' };
    expect(await account.requests(lastWeek)).toMatchObject({ data: [] });
    lab.clock.nowMs = endMs - 1_000;
    expect(await totalOf(account)).toBe(11);
    lab.clock.nowMs = endMs;
    expect(await totalOf(account)).toBe(0);
  });

  test('counts as of now: a shorter one hides at once what is older', async () => {
    const account = await lab.newAccount(['K1']);
    await spend(account, 'K1', 5);
    await foldLater();
    lab.clock.nowMs = hourStart * 1000 + 7 * DAY_MS;
    const range = {
      accountId: account.id,
      by: 'hour',
      fromMs: hourStart * 1000,
      toMs: hourStart * 1000 + HOUR_MS,
    } as const;
    const hoursKept = async (usageDays: number) => {
      const hours = [];
      const retention = { requestRecordDays: 1, usageDays };
      for await (const hour of readerOver(lab.client).readHours({ ...range, retention })) hours.push(hour);
      return hours.length;
    };
    expect([await hoursKept(8), await hoursKept(7)]).toEqual([1, 0]);
  });

  test('a record that comes after those of its hour have gone changes nothing of what the hour came to', async () => {
    const account = await lab.newAccount(['K1']);
    await spend(account, 'K1', 5, 'early');
    await foldLater();
    lab.clock.nowMs = hourStart * 1000 + 31 * DAY_MS;
    const { requestId, startedAtMs } = account.demandOf('K1', 'early', { startedAtMs: beginMs });
    const Key = requestKey({ accountId: account.id, requestId, startedAtMs });
    await lab.client.call('DeleteItem', { TableName: usageTable, Key });
    const late = account.demandOf('K1', 'late', { startedAtMs: beginMs });
    await lab.recordsAt(lab.now).commit(recordOf(settlementOf(late, { amountNano: 900 })));
    for (let round = 0; round < 2; round += 1) {
      expect(await totalOf(account)).toBe(5);
      lab.clock.nowMs += HOUR_MS;
      await lab.fold();
    }
    expect(await lab.fold()).toMatchObject({ hours: 0 });
  });
});

describe('a store that', () => {
  test('holds what cannot be read is a 503, never an hour without usage', async () => {
    const account = await lab.newAccount(['K1']);
    await spend(account, 'K1', 5);
    await foldLater();
    const { Items = [] } = await readHours(account);
    const part = Items.find((item) => 'rows' in item);
    await lab.client.call('PutItem', { TableName: usageTable, Item: { ...part, ...encodeItem({ rows: '[["k"]]' }) } });
    await expect(totalOf(account)).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  test('lacks a part of an hour is a 503, never a smaller sum', async () => {
    const account = await lab.newAccount(['K1']);
    await spend(account, 'K1', 5);
    await foldLater();
    const { Items = [] } = await readHours(account);
    const { pk, sk } = Items.find((item) => 'rows' in item) ?? {};
    await lab.client.call('DeleteItem', { TableName: usageTable, Key: { pk, sk } });
    await expect(totalOf(account)).rejects.toMatchObject({ code: 'service_unavailable' });
  });
});

/** As they lie in the table. */
async function readHours(account: LabAccount): Promise<{ Items?: Record<string, unknown>[] }> {
  return JSON.parse(
    JSON.stringify(
      await lab.client.call('Query', {
        TableName: usageTable,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `ACCOUNT#${account.id}#HOURS` } },
      }),
    ),
  );
}
