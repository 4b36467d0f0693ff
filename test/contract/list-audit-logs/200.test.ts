import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalDigest } from '../../../lambdas/crypto/canonical-digest.ts';
import { verifyChain } from '../../../lambdas/domain/audit/audit-chain.ts';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient, type IssuedAccount, type IssuedKey } from '../../support/ledger-client.ts';

const event = z.looseObject({ id: z.string(), type: z.string(), effective_at: z.int(), sequence: z.int() });
const eventList = z.strictObject({
  object: z.literal('list'),
  data: z.array(event),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});

const client = createLedgerClient(gateway);
let account: IssuedAccount;
let keys: readonly IssuedKey[];
beforeAll(async () => {
  account = await client.createAccount();
  const made: IssuedKey[] = [];
  for (let left = 3; left > 0; left -= 1) made.push(await client.createKey({ type: 'user' }, account.masterKey));
  keys = made;
  await client.call({ key: account.masterKey, path: `/v1/keys/${keys[0]?.id}`, method: 'DELETE' });
});
afterAll(() => client.stop());

async function list(query = '') {
  const answer = await client.call({ key: account.masterKey, path: `/v1/organization/audit_logs${query}` });
  expect(answer.status, answer.text).toBe(200);
  expectJson(answer);
  expectOwnHeaders(answer);
  return eventList.parse(answer.json);
}
const typesOf = ({ data }: z.infer<typeof eventList>) => data.map(({ type }) => type);

describe('GET /v1/organization/audit_logs', () => {
  it('tells every change of the account and of no other, the newest first, as a chain that verifies', async () => {
    const all = await list();
    const made = ['api_key.created', 'api_key.created', 'api_key.created'];
    expect(typesOf(all).slice(0, 4)).toEqual(['api_key.deleted', ...made]);
    expect(typesOf(all)).toContain('account.created');
    const verdict = verifyChain(account.id, all.data.toReversed(), canonicalDigest);
    expect(verdict).toMatchObject({ ok: true, head: { sequence: all.data.length } });
    expect(all).toMatchObject({ has_more: false, first_id: all.data[0]?.id, last_id: all.data.at(-1)?.id });
  });

  it('comes in pages, onwards and back, each event once', async () => {
    const all = await list();
    const seen: string[] = [];
    for (let query = '?limit=2'; ; ) {
      const page = await list(query);
      seen.push(...page.data.map(({ id }) => id));
      if (!page.has_more) break;
      query = `?limit=2&after=${page.last_id}`;
    }
    expect(seen).toEqual(all.data.map(({ id }) => id));
    const back = await list(`?limit=2&before=${all.data[3]?.id}`);
    expect(back.data.map(({ id }) => id)).toEqual(all.data.slice(1, 3).map(({ id }) => id));
    expect(back.has_more).toBe(true);
  });

  it('is filtered by type, actor, resource and time', async () => {
    const all = await list();
    expect(typesOf(await list('?event_types%5B%5D=api_key.deleted&event_types%5B%5D=account.created'))).toEqual([
      'api_key.deleted',
      'account.created',
    ]);
    const ofKey = await list(`?resource_ids%5B%5D=${keys[0]?.id}`);
    expect(typesOf(ofKey)).toEqual(['api_key.deleted', 'api_key.created']);
    const byMaster = await list(`?actor_ids=${account.masterKey.slice(4, 16)}`);
    expect(byMaster.data.length).toBe(4);
    const newest = all.data[0]?.effective_at ?? 0;
    expect((await list(`?effective_at%5Bgt%5D=${newest}`)).data).toEqual([]);
    expect((await list(`?effective_at%5Blte%5D=${newest}`)).data).toEqual(all.data);
    expect((await list(`?effective_at%5Blt%5D=1`)).data).toEqual([]);
  });

  it('of another account is not reached by its cursors', async () => {
    const { last_id } = await list();
    const other = await client.createAccount();
    const path = `/v1/organization/audit_logs?after=${last_id}`;
    expect((await client.call({ key: other.masterKey, path })).status).toBe(400);
  });
});
