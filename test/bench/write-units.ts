// What a request costs in DynamoDB's own currency: a write unit for each kilobyte, begun or full, of the larger of an item
// before and after the write; and one for each change of its entry in the index of leases.
import { type AttributeValue, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { type ItemKey, requestKey, scopeKey } from '../../lambdas/aws/item-keys.ts';
import { createLedger } from '../../lambdas/domain/limits/create-ledger.ts';
import type { Demand, Ledger, Settlement } from '../../lambdas/domain/limits/ledger.ts';
import { notForwarded } from '../../lambdas/domain/limits/request-record.ts';
import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import { scopesOf } from '../../lambdas/domain/limits/scopes-of.ts';
import { createMemoryStores } from '../support/memory-ledger.ts';
import { benchPolicy } from './bench-policy.ts';

/** As the service's documentation has it: names and text in UTF-8, numbers at two digits to the byte, 3 for a container. */
function valueBytes(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return Math.ceil(value.N.length / 2) + 1;
  if ('M' in value) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if ('L' in value) return 3 + value.L.reduce((sum, each) => sum + valueBytes(each) + 1, 0);
  if ('SS' in value) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return 1;
}

function itemBytes(item: ItemKey | Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

const unitsFor = (bytes: number) => Math.ceil(bytes / 1024);

function scopeBytes(scope: string, state: ScopeState): number {
  return itemBytes({ ...scopeKey(scope), ...encodeItem(state), leaseShard: { S: 'LEASES#3' } });
}

const startedAtMs = 1_800_000_000_000;

function demandOf(index: number): Demand {
  return {
    requestId: String(index).padStart(36, '0'),
    startedAtMs,
    scopes: scopesOf(benchPolicy.key, benchPolicy.account, 'openai/gpt-4o-mini'),
    amountNano: 383_700,
    tokens: 1_792,
    leaseEndsAtMs: startedAtMs + 930_000,
  };
}

/** A ledger over counters in memory that tells the write units of each of its writes. */
function createMeteredLedger(spend: (units: number) => void): Ledger {
  const stores = createMemoryStores();
  for (const { scope, policyVersion } of demandOf(0).scopes) stores.putPolicy({ scope, policyVersion });
  return createLedger({
    now: () => startedAtMs,
    scopes: {
      ...stores.scopes,
      async update(scope, update) {
        const before = stores.states.get(scope);
        const outcome = stores.updateNow(scope, update);
        const { state: after } = outcome;
        if (before === undefined || after === undefined) throw new Error('the counters of no scope');
        // A write that its condition turns away costs as much as one that is made.
        const indexWrites = before.leaseBucket === after.leaseBucket ? 0 : 1;
        spend(unitsFor(Math.max(scopeBytes(scope, before), scopeBytes(scope, after))) + indexWrites);
        return outcome;
      },
    },
    records: {
      ...stores.records,
      async commit(record) {
        const expiresAtSeconds = Math.floor(startedAtMs / 1000);
        spend(unitsFor(itemBytes({ ...requestKey(record), ...encodeItem({ ...record, expiresAtSeconds }) })));
        return stores.commitNow(record);
      },
    },
  });
}

function settlementOf({ requestId, scopes, amountNano, tokens }: Demand): Settlement {
  const { key, account } = benchPolicy;
  const names = scopes.map(({ scope }) => scope);
  const reserved = { requestId, scopes: names, reservedNano: amountNano, reservedTokens: tokens, startedAtMs };
  const unused = notForwarded({ ...reserved, accountId: account.id, keyId: key.id });
  return {
    ...unused,
    provider: 'openai',
    model: 'gpt-4o-mini',
    status: 'completed',
    inputTokens: 200,
    outputTokens: 180,
  };
}

/** Write units of one request, first to last, that is the last of `open` requests of one key to be reserved for. */
export async function countWriteUnits(open: number): Promise<number> {
  let units = 0;
  const ledger = createMeteredLedger((more) => {
    units += more;
  });
  // The first of a quarter hour also writes the index: it is not the rule.
  await ledger.reserve(demandOf(0));
  await ledger.settle(settlementOf(demandOf(0)));
  for (let other = 1; other < open; other += 1) await ledger.reserve(demandOf(other));
  units = 0;
  await ledger.reserve(demandOf(open));
  await ledger.settle(settlementOf(demandOf(open)));
  return units;
}
