import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLogged } from '../../lambdas/domain/limits/request-record.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import { beginStream, endStream } from '../support/chat-stream.ts';
import { type IssuedKey, sumOf } from '../support/ledger-client.ts';
import { type LedgerStack, startLedgerStack } from '../support/ledger-stack.ts';
import { isAlive, listFunctionProcesses } from '../support/runner-process.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Every n-th step, starting at another one in each run; all of them when proving. */
const stride = process.env['PORTCULLIS_PROVE'] === undefined ? 3 : 1;
/** Beyond the longest lease, and the marks behind it. */
const aheadMs = 20 * 60_000;

const stream = {
  model: 'openai/gpt-4o-mini',
  messages: [{ role: 'user', content: 'Hi' }],
  max_completion_tokens: 2,
  stream: true,
};
const costNano = 9 * 150 + 2 * 600;

/** What happens at a step: the function dies before the store did what it was asked or after, or the store fails. */
type Blow = 'killed before' | 'killed after' | Fault;

let stack: LedgerStack;
/** Which of the store calls to come is hit, and by what. */
let armed: { callsLeft: number; readonly blow: Blow } | undefined;

function killFunctions(): void {
  for (const pid of listFunctionProcesses(process.pid)) process.kill(pid, 'SIGKILL');
}

/** Of the data plane's calls; the schedules of the stack look for leases beside it, by queries. */
function hit(operation: string): Fault | undefined {
  if (armed === undefined || operation === 'Query') return undefined;
  armed.callsLeft -= 1;
  if (armed.callsLeft !== -1) return undefined;
  const { blow } = armed;
  if (blow !== 'killed before' && blow !== 'killed after') return blow;
  killFunctions();
  return blow === 'killed before' ? 'timeout' : 'lose-answer';
}

beforeAll(async () => {
  stack = await startLedgerStack({ faults: hit });
  stack.upstream.respond((response) => {
    beginStream(response);
    endStream(response);
  });
});
afterAll(() => stack.stop());

/** Settling goes on behind the answer. To look into the store meanwhile would be a call as well, and could be hit. */
async function settlingEnds(hitting: { readonly callsLeft: number }): Promise<void> {
  let before: number;
  do {
    before = hitting.callsLeft;
    await sleep(100);
  } while (hitting.callsLeft !== before);
}

async function isIdle(key: IssuedKey): Promise<boolean> {
  return (await stack.client.readScope(`key:${key.id}`)).reserved === 0;
}

const bothScopes = expect.arrayContaining([expect.stringMatching(/^key:/), expect.stringMatching(/^account:/)]);

/** The books, when all leases have ended: nothing is held, and what was charged is what the records say. */
async function expectBalanced(key: IssuedKey, reached: boolean): Promise<void> {
  await stack.sweep(aheadMs);
  const records = await stack.client.readRecords({ keyId: key.id });
  const { committed, reserved, open } = await stack.client.readScope(`key:${key.id}`);
  expect({ committed, reserved, open }).toEqual({ committed: sumOf(records), reserved: 0, open: {} });
  const [charged, ...more] = records.filter(({ amountNano }) => amountNano > 0);
  expect(more).toEqual([]);
  if (!reached) {
    // Free, but where it died between its last reservation and the provider: nobody can tell that from one that got there.
    if (charged !== undefined)
      expect(charged).toMatchObject({ status: 'expired', estimated: true, scopes: bothScopes });
    return;
  }
  // What it used, or, where nobody lived to hear of that, all that it could have used.
  expect([costNano, charged && isLogged(charged) && charged.reservedNano]).toContain(charged?.amountNano);
}

/** One request, hit at its n-th store call. Resolves with whether it had that many. */
async function strike(callIndex: number, blow: Blow): Promise<boolean> {
  const key = await stack.client.createKey({ max_budget: '1.00' });
  const seenBefore = stack.upstream.seen.length;
  const isKill = blow === 'killed before' || blow === 'killed after';
  const functions = isKill ? listFunctionProcesses(process.pid) : [];
  const mine = { callsLeft: callIndex, blow };
  armed = mine;
  await stack.client.chat(key.key, stream).catch(() => undefined);
  await settlingEnds(mine);
  armed = undefined;
  const wasHit = mine.callsLeft < 0;
  if (isKill && wasHit) await waitUntil('the functions are gone', () => !functions.some(isAlive));
  else await waitUntil('settled', () => isIdle(key), 2_000).catch(() => undefined);
  await expectBalanced(key, stack.upstream.seen.length > seenBefore);
  return wasHit;
}

const blows: Blow[] = [
  'killed before',
  'killed after',
  'throttle',
  'conflict',
  'internal-error',
  'timeout',
  'lose-answer',
];

describe('the ledger adds up, whichever call to the store is the one', () => {
  it.each(blows.map((blow, index) => ({ blow, first: (index + Math.floor(Date.now() / 60_000)) % stride })))(
    'that is hit: $blow',
    async ({ blow, first }) => {
      let callIndex = first;
      while (await strike(callIndex, blow)) callIndex += stride;
      // Reserve in two scopes, record, settle in two: no request has fewer.
      expect(callIndex).toBeGreaterThanOrEqual(5);
    },
    180_000,
  );

  it('holds where the function dies while the provider has the request, and mid-stream', async () => {
    for (const when of ['before an answer', 'mid-stream'] as const) {
      const key = await stack.client.createKey({ max_budget: '1.00' });
      stack.upstream.respond((response) => {
        if (when === 'mid-stream') beginStream(response);
        setTimeout(killFunctions, 50);
      });
      await stack.client.chat(key.key, stream).catch(() => undefined);
      const before = await stack.client.readScope(`key:${key.id}`);
      expect(before.reserved).toBeGreaterThan(costNano);
      await expectBalanced(key, true);
    }
  });

  it('for the account as a whole too', async () => {
    const account = await stack.client.readScope(`account:${stack.accountId}`);
    expect(account).toMatchObject({ reserved: 0, open: {}, committed: sumOf(await stack.client.readRecords()) });
  });
});
