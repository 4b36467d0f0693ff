import * as z from 'zod';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AccountRegistry } from '../domain/accounts/account-registry.ts';
import type { Answer } from '../domain/answer.ts';
import { checkVersion } from '../domain/entity-tag.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { mergePatch } from '../domain/json/merge-patch.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import type { AuditContextPorts } from './audit-context.ts';
import { changeAccount } from './change-account.ts';
import { displayName } from './plain-text.ts';
import { answerAccount, type PresentAccountPorts, showAccount } from './present-account.ts';
import { retryChange } from './retry-change.ts';

/** What an account sets for itself; its plan, its limits and its status are the operator's. */
const accountFields = z.strictObject({ name: displayName, recoverable_keys: z.boolean().default(false) });

export interface UpdateAccountPorts extends PresentAccountPorts, AuditContextPorts {
  readonly accounts: AccountRegistry;
}

function readPatch(before: AccountRecord, patch: unknown, nowSeconds: number): Outcome<Partial<AccountRecord>> {
  const { name, recoverable_keys } = showAccount(before);
  const fields = parseInput(accountFields, mergePatch({ name, recoverable_keys }, patch));
  if (!fields.ok) return fields;
  const since = before.keepsSecretsSince ?? nowSeconds;
  return accept({ name: fields.value.name, keepsSecretsSince: fields.value.recoverable_keys ? since : undefined });
}

/** PATCH /v1/account, a merge patch. Secrets that were kept before `recoverable_keys` was last set are never shown again. */
export async function updateAccount(call: KeyCall, ports: UpdateAccountPorts): Promise<Outcome<Answer>> {
  const updated = await retryChange(call, 'update-account', async (current) => {
    const before = current.account;
    const seen = checkVersion(call.ifMatch, before.policyVersion);
    if (!seen.ok) return seen;
    const settings = readPatch(before, call.input, ports.nowSeconds());
    if (!settings.ok) return settings;
    const change = changeAccount(current, before, settings.value, ports);
    if (change === undefined) return accept(before);
    const outcome = await ports.accounts.updateAccount({ before, ...change, actor: current });
    return outcome === 'outdated' ? outcome : accept(change.after);
  });
  return updated.ok ? accept(await answerAccount(updated.value, ports)) : updated;
}
