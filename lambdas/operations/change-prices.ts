import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import { type Outcome, refuse } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import type { PriceOverrides } from '../domain/pricing/price-overrides.ts';
import type { PriceStore } from '../domain/pricing/price-store.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';

export interface ChangePricesPorts extends AuditContextPorts {
  readonly prices: PriceStore;
}

const MAX_ATTEMPTS = 5;

/** What a change comes to; `overrides` and `event` are left out where nothing changes. */
export interface PriceChange<Value> {
  readonly outcome: Outcome<Value>;
  readonly overrides?: PriceOverrides;
  readonly event?: (context: ReturnType<typeof auditContext>) => AuditEntry;
}

/** Makes a change of the operator's prices, anew where others change them at the same time. */
export async function changePrices<Value>(
  call: ManagementCall,
  { prices, ...ports }: ChangePricesPorts,
  change: (overrides: PriceOverrides) => PriceChange<Value>,
): Promise<Outcome<Value>> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const before = await prices.readPrices();
    const { outcome, overrides, event } = change(before.overrides);
    if (overrides === undefined || event === undefined) return outcome;
    const after = { ...before, version: before.version + 1, overrides };
    const entry = event(auditContext(call, OPERATOR_TENANT, ports));
    if ((await prices.writePrices({ before, after, entry })) === 'committed') return outcome;
  }
  return refuse('conflict', 'Others are changing the prices at the same time. Try again.');
}

/** The pattern as it is kept, whatever its case. */
export function findPattern(overrides: PriceOverrides, model: string): string | undefined {
  return Object.keys(overrides).find((pattern) => pattern.toLowerCase() === model.toLowerCase());
}
