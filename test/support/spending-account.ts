import { answerWith, completion, type FakeUpstream } from './fake-upstream.ts';
import type { IssuedAccount, IssuedKey, LedgerClient } from './ledger-client.ts';
import { waitUntil } from './wait-until.ts';

/** $0.15 for a million tokens in, $0.60 for a million out: what `completion`, of 9 and 2 tokens, costs. */
export const costNano = 9 * 150 + 2 * 600;

export interface SpendingAccount extends IssuedAccount {
  /** The last one is under zero logging. */
  readonly keys: readonly [IssuedKey, IssuedKey, IssuedKey];
}

/** An account of which two keys have made two requests each, and one that is under zero logging one. */
export async function createSpendingAccount(client: LedgerClient, upstream: FakeUpstream): Promise<SpendingAccount> {
  upstream.respond(answerWith(200, JSON.stringify(completion)));
  const account = await client.createAccount();
  const create = (fields: object) => client.createKey(fields, account.masterKey);
  const keys = [await create({}), await create({}), await create({ zero_logging: true })] as const;
  const chat = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
  for (const { key } of [keys[0], keys[0], keys[1], keys[1], keys[2]]) {
    const answer = await client.chat(key, chat);
    if (answer.status !== 200) throw new Error(`a request of the test was not served: ${answer.text}`);
  }
  const settledNano = async () => {
    const { committed, reserved } = await client.readScope(`account:${account.id}`);
    return committed - reserved;
  };
  await waitUntil('all of it is settled', async () => (await settledNano()) === 5 * costNano);
  return { ...account, keys };
}
