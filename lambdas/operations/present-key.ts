import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { ScopeView } from '../domain/limits/ledger.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import { keyScope, modelScopes, scopesOfKey } from '../domain/limits/scopes-of.ts';
import { formatUsd } from '../domain/money.ts';
import { showSettings } from './key-fields.ts';
import { showModelLimits, showUsd } from './limit-fields.ts';

type Views = ReadonlyMap<string, ScopeView>;

function showSpend(views: Views, scope: string) {
  const view = views.get(scope);
  if (view === undefined) throw new Error('a scope that was not read');
  const { spentNano, reservedNano, budgetRemainingNano, budgetResetsAt } = view;
  return {
    spend: formatUsd(spentNano),
    spend_reserved: formatUsd(reservedNano),
    budget_remaining: showUsd(budgetRemainingNano),
    budget_reset_at: budgetRemainingNano === undefined ? null : (budgetResetsAt ?? null),
  };
}

/** A key as the management routes show it, never its secret. Amounts are US dollars, times Unix seconds. */
function presentKey(key: KeyRecord, views: Views) {
  const { id, type, status, last4, createdAt } = key;
  return {
    object: 'api_key',
    id,
    type,
    status,
    last4,
    created_at: createdAt,
    ...showSettings(key),
    ...showSpend(views, keyScope(key).scope),
    model_limits: Object.fromEntries(
      [...modelScopes(key)].map(([pattern, { scope }]) => [
        pattern,
        { ...showModelLimits(key.modelLimits?.[pattern] ?? {}), ...showSpend(views, scope) },
      ]),
    ),
  } as const;
}
export type PresentedKey = ReturnType<typeof presentKey>;

/** Keys with what they have spent, read in one go. */
export async function presentKeys(
  keys: readonly KeyRecord[],
  { scopes }: { readonly scopes: ScopeReader },
): Promise<readonly PresentedKey[]> {
  const views = await scopes.readScopes(keys.flatMap(scopesOfKey));
  return keys.map((key) => presentKey(key, views));
}

/** One key with what it has spent. */
export async function presentOne(key: KeyRecord, ports: { readonly scopes: ScopeReader }): Promise<PresentedKey> {
  return presentKey(key, await ports.scopes.readScopes(scopesOfKey(key)));
}
