import type { ScopeView } from '../domain/limits/ledger.ts';
import { formatUsd } from '../domain/money.ts';
import { showUsd } from './limit-fields.ts';

/** The figures of a scope as they are shown. Amounts are US dollars. */
export function showSpend(views: ReadonlyMap<string, ScopeView>, scope: string) {
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
