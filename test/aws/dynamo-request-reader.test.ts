import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expired, notForwarded, recordOf } from '../../lambdas/domain/limits/request-record.ts';
import { settlementOf } from '../support/ledger-suite.ts';
import { beginMs, HOUR_MS, type LabAccount, MINUTE_MS, startUsageLab, type UsageLab } from '../support/usage-lab.ts';

let lab: UsageLab;
beforeAll(async () => {
  lab = await startUsageLab();
});
afterAll(() => lab.stop());

const start_time = String(beginMs / 1000 - 600);

async function put(
  account: LabAccount,
  requestId: string,
  startedAtMs: number,
  more: Parameters<typeof settlementOf>[1] = {},
) {
  const { keyId = 'K1', ...settled } = more;
  const demand = account.demandOf(keyId, requestId, { startedAtMs });
  await lab.recordsAt(lab.now).commit(recordOf(settlementOf(demand, settled)));
  return demand.requestId;
}

async function listAll(account: LabAccount, input: object) {
  const found: string[] = [];
  let page: string | null = null;
  do {
    const answer = await account.requests({ start_time, ...input, ...(page !== null && { page }) });
    found.push(...answer.data.map(({ id }) => id));
    expect(answer.has_more).toBe(answer.next_page !== null);
    page = answer.next_page;
  } while (page !== null);
  return found;
}

describe('a list of requests', () => {
  test('has each of them once, by the minute, forwards and backwards, whatever the size of a page', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 170 * 60 }), { maxLength: 25 }),
      fc.integer({ min: 1, max: 7 }),
      async (seconds, limit) => {
        lab.clock.nowMs = beginMs;
        const account = await lab.newAccount(['K1']);
        const began = new Map<string, number>();
        for (const [index, second] of seconds.entries()) {
          const startedAtMs = beginMs + second * 1000;
          began.set(await put(account, `r${index}`, startedAtMs), Math.floor(startedAtMs / MINUTE_MS));
        }
        lab.clock.nowMs = beginMs + 3 * HOUR_MS;
        for (const order of ['asc', 'desc']) {
          const ids = await listAll(account, { limit: String(limit), order });
          expect(ids.toSorted()).toEqual([...began.keys()].sort());
          const minutes = ids.map((id) => began.get(id) ?? 0);
          expect(minutes).toEqual(minutes.toSorted((one, other) => (order === 'asc' ? one - other : other - one)));
        }
      },
    );
    await fc.assert(property, { numRuns: 15 });
  });

  test('tells what is asked for, and ends where nothing more can come', async () => {
    lab.clock.nowMs = beginMs + MINUTE_MS;
    const account = await lab.newAccount(['K1', 'K2', 'Z1']);
    const mini = await put(account, 'mini', beginMs, { model: 'gpt-5-mini', amountNano: 1_000 });
    const failed = await put(account, 'failed', beginMs + 1_000, { status: 'failed', keyId: 'K2', estimated: true });
    const again = await put(account, 'mini.2', beginMs + 2_000, { model: 'gpt-5-mini' });
    await put(account, 'hidden', beginMs, { keyId: 'Z1' });
    const other = await lab.newAccount(['K1']);
    await put(other, 'another-account', beginMs);
    const list = async (input: object) => listAll(account, { order: 'asc', ...input });
    expect(await list({})).toEqual([mini, failed, again]);
    expect(await list({ api_key_ids: account.keyId('K2') })).toEqual([failed]);
    expect(await list({ models: ['openai/gpt-5-mini', 'gpt-nobody'] })).toEqual([mini, again]);
    expect(await list({ statuses: ['failed', 'expired'] })).toEqual([failed]);
    expect(await list({ request_ids: mini })).toEqual([mini, again]);
    expect(await list({ start_time: String(beginMs / 1000 + 1), end_time: String(beginMs / 1000 + 2) })).toEqual([
      failed,
    ]);
    expect(await list({ start_time: String(beginMs / 1000 + 3) })).toEqual([]);
    const { has_more } = await account.requests({ start_time, limit: '3' });
    expect(has_more).toBe(false);
  });

  test('tells of a request what it came to, and nothing of what was in it', async () => {
    lab.clock.nowMs = beginMs + MINUTE_MS;
    const account = await lab.newAccount(['K1']);
    const id = await put(account, 'one', beginMs + 1_234, {
      amountNano: 2_550,
      cacheWriteTokens: 4,
      reservedNano: 9_000,
    });
    expect(await account.requests({ start_time })).toEqual({
      object: 'page',
      data: [
        {
          object: 'organization.usage.request',
          id,
          created_at: beginMs / 1000 + 1,
          status: 'completed',
          api_key_id: account.keyId('K1'),
          provider: 'openai',
          model: 'openai/gpt-test',
          amount: '0.00000255',
          amount_reserved: '0.000009',
          estimated: false,
          input_tokens: 3,
          input_cached_tokens: 0,
          input_cache_write_tokens: 4,
          output_tokens: 1,
        },
      ],
      has_more: false,
      next_page: null,
    });
  });

  test('has null for what nobody knows, as the function died', async () => {
    lab.clock.nowMs = beginMs;
    const account = await lab.newAccount(['K1']);
    const records = lab.recordsAt(lab.now);
    for (const [index, end] of [expired, notForwarded].entries()) {
      await records.commit(recordOf(end(settlementOf(account.demandOf('K1', `r${index}`)))));
    }
    const { data } = await account.requests({ start_time });
    const unknown = { provider: null, model: null, input_tokens: 0 };
    expect(data).toHaveLength(2);
    expect(data).toContainEqual(expect.objectContaining({ ...unknown, status: 'expired', estimated: true }));
    expect(data).toContainEqual(expect.objectContaining({ ...unknown, status: 'not_forwarded', amount: '0.00' }));
  });

  test('goes back a day where nothing else is asked for', async () => {
    lab.clock.nowMs = beginMs;
    const account = await lab.newAccount(['K1']);
    const id = await put(account, 'one', beginMs);
    lab.clock.nowMs = beginMs + 24 * HOUR_MS - 1_000;
    expect(await account.requests()).toMatchObject({ data: [{ id }] });
    lab.clock.nowMs += 2_000;
    expect(await account.requests()).toMatchObject({ data: [] });
  });
});
