import { test } from 'vitest';
import { compareWithModel } from '../../support/ledger-model.ts';
import { describeLedger, type LedgerUnderTest } from '../../support/ledger-suite.ts';
import { createMemoryLedger, createMemoryStores } from '../../support/memory-ledger.ts';

async function start(): Promise<LedgerUnderTest> {
  const stores = createMemoryStores();
  return {
    ...stores,
    createLedger: (now) => createMemoryLedger(stores, now),
    putPolicy: async (policy) => stores.putPolicy(policy),
    stop: async () => {},
  };
}

describeLedger('in memory', start);

test('the ledger in memory comes to the same as a plain model, whatever the sequence of calls', async () => {
  await compareWithModel(await start(), 400);
}, 60_000);
