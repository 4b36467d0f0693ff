import { describeLedger } from '../../support/ledger-suite.ts';
import { createMemoryLedger, createMemoryStores } from '../../support/memory-ledger.ts';

describeLedger('in memory', async () => {
  const stores = createMemoryStores();
  return {
    ...stores,
    createLedger: (now) => createMemoryLedger(stores, now),
    putPolicy: async (policy) => stores.putPolicy(policy),
    stop: async () => {},
  };
});
