import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../support/expect-error.ts';
import { gateway, send } from '../support/gateway.ts';
import { createLedgerClient } from '../support/ledger-client.ts';

/** What every route about one key does with the id of one that the caller's account does not have. */
export function describeUnknownKey(method: string, body?: string, suffix = ''): void {
  describe('does not find', () => {
    const client = createLedgerClient(gateway);
    afterAll(() => client.stop());
    const call = (id: string) => send({ method, path: `/v1/keys/${id}${suffix}`, body });

    it.each([
      ['an id of nobody', '000000000000'],
      ['what is too short for an id', 'abc'],
      ['an id with something behind it', '000000000000/more'],
      ['a path', '..%2f..%2fadmin'],
    ])('%s', async (_case, id) => {
      expectRefusal(await call(id), { status: 404, code: 'not_found', param: null });
    });

    it('another account’s key, in the very words for one that does not exist', async () => {
      const other = await client.createAccount();
      const theirs = await client.createKey({}, other.masterKey);
      const answer = await call(theirs.id);
      expectRefusal(answer, { status: 404, code: 'not_found', param: null });
      expect(answer.text).toBe((await call('000000000000')).text);
      expect((await client.call({ key: theirs.key, path: '/v1/key' })).json).toMatchObject({
        name: 'test',
        status: 'active',
      });
    });
  });
}
