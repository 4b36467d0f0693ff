import * as z from 'zod';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { Answer } from '../domain/answer.ts';
import { checkVersion } from '../domain/entity-tag.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { mergePatch } from '../domain/json/merge-patch.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { planNames } from '../domain/plans/plans.ts';
import { findAnyAccount } from './admin-retrieve-account.ts';
import { changeAccount } from './change-account.ts';
import { limitFields, showLimits, toLimits } from './limit-fields.ts';
import { displayName } from './plain-text.ts';
import { answerAccount } from './present-account.ts';
import type { UpdateAccountPorts } from './update-account.ts';

const accountFields = z.strictObject({
  name: displayName,
  plan: z.enum(planNames),
  status: z.enum(['active', 'suspended', 'closed']),
  // Besides those of the plan: the tighter one holds.
  ...limitFields,
});

const MAX_ATTEMPTS = 5;

function readPatch(before: AccountRecord, patch: unknown): Outcome<Partial<AccountRecord>> {
  const { name, plan, status, limits = {} } = before;
  const set = mergePatch({}, { name, plan, status, ...showLimits(limits) });
  const fields = parseInput(accountFields, mergePatch(set, patch));
  if (!fields.ok) return fields;
  if (status === 'closed' && fields.value.status !== 'closed') {
    return refuse('conflict', 'A closed account stays closed.', 'status');
  }
  const { name: newName, plan: newPlan, status: newStatus } = fields.value;
  return accept({ name: newName, plan: newPlan, status: newStatus, limits: toLimits(fields.value) });
}

async function tryUpdate(
  call: ManagementCall,
  id: string,
  ports: UpdateAccountPorts,
): Promise<Outcome<AccountRecord> | 'outdated'> {
  const found = await findAnyAccount(id, ports);
  if (!found.ok) return found;
  const before = found.value;
  const seen = checkVersion(call.ifMatch, before.policyVersion);
  if (!seen.ok) return seen;
  const settings = readPatch(before, call.input);
  if (!settings.ok) return settings;
  const change = changeAccount(call, before, settings.value, ports);
  if (change === undefined) return accept(before);
  const outcome = await ports.accounts.updateAccount({ before, ...change });
  return outcome === 'outdated' ? outcome : accept(change.after);
}

/**
 * PATCH /admin/accounts/{id}, a merge patch: no request of a suspended or closed account that starts after the answer is
 * served, whichever of its keys it has.
 */
export async function adminUpdateAccount(
  call: ManagementCall,
  id: string,
  ports: UpdateAccountPorts,
): Promise<Outcome<Answer>> {
  for (let count = 1; count <= MAX_ATTEMPTS; count += 1) {
    const updated = await tryUpdate(call, id, ports);
    if (updated !== 'outdated') return updated.ok ? accept(await answerAccount(updated.value, ports)) : updated;
  }
  return refuse('conflict', 'The account is being changed at the same time. Try again.');
}
