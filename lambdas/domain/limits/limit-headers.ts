import { formatUsd } from '../money.ts';
import type { ScopeView } from './ledger.ts';
import type { ScopePolicy } from './scope.ts';

/** `12ms`, `4.5s`, `6m0s`: as OpenAI writes a duration. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 100) / 10;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${Math.ceil(seconds % 60)}s`;
}

interface Window {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

function tightest(windows: readonly Window[]): Window | undefined {
  return windows.reduce<Window | undefined>(
    (tight, one) => (tight === undefined || one.remaining < tight.remaining ? one : tight),
    undefined,
  );
}

function describe(kind: 'requests' | 'tokens', window: Window | undefined): Record<string, string> {
  if (window === undefined) return {};
  return {
    [`x-ratelimit-limit-${kind}`]: String(window.limit),
    [`x-ratelimit-remaining-${kind}`]: String(Math.max(window.remaining, 0)),
    [`x-ratelimit-reset-${kind}`]: formatDuration(window.resetMs),
  };
}

/** `x-ratelimit-*` of the scope with the least room, in OpenAI's names; nothing where nothing is limited. */
export function limitHeaders(
  policies: readonly ScopePolicy[],
  views: readonly ScopeView[],
): Readonly<Record<string, string>> {
  const limitsOf = new Map(policies.map(({ scope, limits }) => [scope, limits]));
  const requests: Window[] = [];
  const tokens: Window[] = [];
  for (const view of views) {
    const limits = limitsOf.get(view.scope);
    const { requestsRemaining, tokensRemaining } = view;
    if (limits?.requestsPerMinute !== undefined && requestsRemaining !== undefined) {
      requests.push({ limit: limits.requestsPerMinute, remaining: requestsRemaining, resetMs: view.requestsResetMs });
    }
    if (limits?.tokensPerMinute !== undefined && tokensRemaining !== undefined) {
      tokens.push({ limit: limits.tokensPerMinute, remaining: tokensRemaining, resetMs: view.tokensResetMs });
    }
  }
  return { ...describe('requests', tightest(requests)), ...describe('tokens', tightest(tokens)) };
}

/** What is left of the tightest budget, nano-dollars; undefined where there is none. */
export function leastBudgetRemaining(views: readonly ScopeView[]): number | undefined {
  const left = views.flatMap(({ budgetRemainingNano }) => budgetRemainingNano ?? []);
  return left.length === 0 ? undefined : Math.max(Math.min(...left), 0);
}

/** What is left of the tightest budget, with `unusedNano` of it given back. */
export function budgetHeader(views: readonly ScopeView[], unusedNano = 0): Readonly<Record<string, string>> {
  const remaining = leastBudgetRemaining(views);
  if (remaining === undefined) return {};
  return { 'x-portcullis-budget-remaining-usd': formatUsd(remaining + unusedNano) };
}

/** What is left of the tightest minute of tokens; undefined where there is no such limit. */
export function leastTokensRemaining(views: readonly ScopeView[]): number | undefined {
  const left = views.flatMap(({ tokensRemaining }) => tokensRemaining ?? []);
  return left.length === 0 ? undefined : Math.max(Math.min(...left), 0);
}
