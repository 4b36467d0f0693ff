import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient, type IssuedAccount, type IssuedKey } from '../../support/ledger-client.ts';
import { shownKey } from '../key-schema.ts';

const keyList = z.strictObject({
  object: z.literal('list'),
  data: z.array(shownKey),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});

const client = createLedgerClient(gateway);
afterAll(() => client.stop());
let account: IssuedAccount;
let keys: readonly IssuedKey[];
beforeAll(async () => {
  account = await client.createAccount();
  keys = await Promise.all(Array.from({ length: 4 }, () => client.createKey({}, account.masterKey)));
});

async function list(query = '') {
  const answer = await client.call({ key: account.masterKey, path: `/v1/keys${query}` });
  expect(answer.status).toBe(200);
  expectJson(answer);
  expectOwnHeaders(answer);
  return keyList.parse(answer.json);
}
const idsOf = ({ data }: z.infer<typeof keyList>) => data.map(({ id }) => id);
const masterId = () => account.masterKey.slice(4, 16);

describe('GET /v1/keys', () => {
  it('lists the keys of the account and of no other, and no secret', async () => {
    const all = await list();
    expect(idsOf(all)).toEqual([masterId(), ...keys.map(({ id }) => id)].sort());
    expect(all).toMatchObject({ has_more: false, first_id: idsOf(all)[0], last_id: idsOf(all).at(-1) });
  });

  it('pages through all of them, each once', async () => {
    const seen: string[] = [];
    let page = await list('?limit=2');
    for (seen.push(...idsOf(page)); page.has_more; seen.push(...idsOf(page))) {
      expect(page.data).toHaveLength(2);
      page = await list(`?limit=2&after=${page.last_id}`);
    }
    expect(seen).toEqual(idsOf(await list()));
  });

  it('is empty behind the last one', async () => {
    expect(await list('?after=zzzzzzzzzzzz')).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it('leaves out what has been revoked', async () => {
    const { id } = await client.createKey({}, account.masterKey);
    await client.call({ key: account.masterKey, path: `/v1/keys/${id}`, method: 'DELETE' });
    expect(idsOf(await list())).not.toContain(id);
  });
});
