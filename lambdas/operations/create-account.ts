import * as z from 'zod';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AccountStore } from '../domain/accounts/account-store.ts';
import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { planNames } from '../domain/plans/plans.ts';
import { auditContext } from './audit-context.ts';
import { type IssueKeyPorts, issueKey } from './issue-key.ts';
import { limitFields, toLimits } from './limit-fields.ts';
import { displayName } from './plain-text.ts';
import { showAccount } from './present-account.ts';

const createAccountInput = z.strictObject({
  name: displayName,
  plan: z.enum(planNames).default('free'),
  // Besides those of the plan: the tighter one holds.
  ...limitFields,
});

export interface CreateAccountPorts extends IssueKeyPorts {
  readonly accounts: AccountStore;
}

function describeCreation(
  call: ManagementCall,
  account: AccountRecord,
  masterKey: KeyRecord,
  ports: CreateAccountPorts,
): AuditEntry[] {
  const common = () => auditContext(call, account.id, ports);
  return [
    { ...common(), type: 'account.created', 'account.created': { id: account.id, data: { plan: account.plan } } },
    { ...common(), type: 'api_key.created', 'api_key.created': { id: masterKey.id, data: { type: masterKey.type } } },
  ];
}

/** POST /admin/accounts: a new account and its master key, whose secret is in this answer and nowhere else, ever. */
export async function createAccount(call: ManagementCall, ports: CreateAccountPorts): Promise<Outcome<Answer>> {
  const input = parseInput(createAccountInput, call.input);
  if (!input.ok) return input;
  const { name, plan } = input.value;
  const id = `acct_${ports.randomBase62(16)}`;
  const limits = toLimits(input.value);
  const { record, key } = issueKey({ accountId: id, type: 'master', settings: { name: 'master' } }, ports);
  const { createdAt } = record;
  const account: AccountRecord = {
    schemaVersion: 1,
    id,
    name,
    plan,
    status: 'active',
    createdAt,
    policyVersion: 1,
    limits,
  };
  const entries = describeCreation(call, account, record, ports);
  await ports.accounts.createAccount({ account, masterKey: record, entries });
  const body = {
    ...showAccount(account),
    key: {
      object: 'api_key',
      id: record.id,
      name: record.name,
      type: record.type,
      key,
      last4: record.last4,
      created_at: createdAt,
    },
  };
  return accept(answerJson(201, body, noStore));
}
