import * as z from 'zod';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AccountStore } from '../domain/accounts/account-store.ts';
import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { composeKey, lastFourOf, PUBLIC_ID_LENGTH, SECRET_LENGTH } from '../domain/keys/key-format.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { planNames } from '../domain/plans/plans.ts';

const createAccountInput = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), 'must not hold control characters')
    .refine((name) => name.trim() !== '', 'must not be blank'),
  plan: z.enum(planNames).default('free'),
});

export interface CreateAccountPorts {
  readonly accounts: AccountStore;
  readonly nowSeconds: () => number;
  /** From a CSPRNG. */
  readonly randomBase62: (length: number) => string;
  readonly sha256Hex: (text: string) => string;
}

interface NewKey {
  readonly record: KeyRecord;
  /** In plain, for the answer alone. */
  readonly key: string;
}

function makeMasterKey(accountId: string, createdAt: number, ports: CreateAccountPorts): NewKey {
  const id = ports.randomBase62(PUBLIC_ID_LENGTH);
  const secret = ports.randomBase62(SECRET_LENGTH);
  const key = composeKey({ publicId: id, secret });
  const record = {
    schemaVersion: 1,
    id,
    accountId,
    name: 'master',
    type: 'master',
    status: 'active',
    secretSha256: ports.sha256Hex(secret),
    last4: lastFourOf(key),
    createdAt,
    policyVersion: 1,
  } as const;
  return { record, key };
}

function describeCreation(
  { requestId, actor }: ManagementCall,
  account: AccountRecord,
  masterKey: KeyRecord,
  randomBase62: (length: number) => string,
): AuditEntry[] {
  const common = () => ({
    schemaVersion: 1 as const,
    id: `audit_${randomBase62(24)}`,
    effective_at: account.createdAt,
    actor,
    request_id: requestId,
    tenant: account.id,
  });
  return [
    { ...common(), type: 'account.created', 'account.created': { id: account.id, plan: account.plan } },
    { ...common(), type: 'key.created', 'key.created': { id: masterKey.id, type: masterKey.type } },
  ];
}

/** POST /admin/accounts: a new account and its master key, whose secret is in this answer and nowhere else, ever. */
export async function createAccount(call: ManagementCall, ports: CreateAccountPorts): Promise<Outcome<Answer>> {
  const input = parseInput(createAccountInput, call.input);
  if (!input.ok) return input;
  const createdAt = ports.nowSeconds();
  const id = `acct_${ports.randomBase62(16)}`;
  const account: AccountRecord = {
    schemaVersion: 1,
    id,
    ...input.value,
    status: 'active',
    createdAt,
    policyVersion: 1,
  };
  const { record, key } = makeMasterKey(id, createdAt, ports);
  const entries = describeCreation(call, account, record, ports.randomBase62);
  await ports.accounts.createAccount({ account, masterKey: record, entries });
  return accept(
    answerJson(201, {
      object: 'account',
      id,
      name: account.name,
      plan: account.plan,
      status: account.status,
      created_at: createdAt,
      key: {
        object: 'api_key',
        id: record.id,
        name: record.name,
        type: record.type,
        key,
        last4: record.last4,
        created_at: createdAt,
      },
    }),
  );
}
