import type { Reach } from '../domain/access/operations.ts';
import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { tagged } from '../domain/entity-tag.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { ConnectionPorts } from '../domain/keys/check-connection.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import { auditContext } from './audit-context.ts';
import { checkAuthority } from './check-authority.ts';
import { type IssueKeyPorts, issueKey } from './issue-key.ts';
import { type KeepSecretPorts, keepSecret } from './keep-secret.ts';
import { type NewKeySettings, readNewKey } from './key-fields.ts';
import { type PresentKeyPorts, presentOne } from './present-key.ts';
import { retryChange } from './retry-change.ts';

export interface CreateKeyPorts extends IssueKeyPorts, PresentKeyPorts, ConnectionPorts, KeepSecretPorts {
  readonly keys: KeyRegistry;
}

function refuseHolder(complaint: string): ReturnType<typeof refuse> {
  return refuse('invalid_request', `Invalid value: 'user_id' ${complaint}.`, 'user_id');
}

/** Whose the key is to be: the caller's own unless they say otherwise, and a master key nobody's. */
async function chooseHolder(
  { type, holder }: NewKeySettings,
  { call, reach }: { readonly call: KeyCall; readonly reach: Reach },
  { members }: CreateKeyPorts,
): Promise<Outcome<MemberRecord | undefined>> {
  if (type === 'master') {
    return holder === undefined || holder === null ? accept(undefined) : refuseHolder('is not for a master key');
  }
  if (holder === undefined || holder === call.member?.id) return accept(call.member);
  if (reach === 'own')
    return refuse('permission_denied', 'This API key makes keys for its own member alone.', 'user_id');
  if (holder === null) return accept(undefined);
  const member = await members.findMember(call.account.id, holder);
  return member?.status === 'active' ? accept(member) : refuseHolder('must be the id of a member of this account');
}

function describeCreation(call: KeyCall, key: KeyRecord, ports: CreateKeyPorts): AuditEntry {
  const { id, type, userId, environment, role, permissions } = key;
  return {
    ...auditContext(call, key.accountId, ports),
    type: 'api_key.created',
    'api_key.created': { id, data: { type, user_id: userId, environment, role, permissions } },
  };
}

async function tryCreate(
  { call, reach, input }: { readonly call: KeyCall; readonly reach: Reach; readonly input: NewKeySettings },
  ports: CreateKeyPorts,
): Promise<Outcome<Answer> | 'outdated'> {
  const holder = await chooseHolder(input, { call, reach }, ports);
  if (!holder.ok) return holder;
  const { type, environment, settings } = input;
  const fixed = { accountId: call.account.id, type, environment, userId: holder.value?.id };
  const { record: issued, key } = issueKey({ ...fixed, settings }, ports);
  const authority = checkAuthority(call, issued, holder.value);
  if (!authority.ok) return authority;
  const sealed = await keepSecret(call.account, { keyId: issued.id, key }, ports);
  const record = { ...issued, recoverable: sealed && true };
  const entry = describeCreation(call, record, ports);
  const outcome = await ports.keys.createKey({ key: record, sealed, actor: call, entry });
  if (outcome === 'outdated') return outcome;
  const body = { ...(await presentOne(record, ports)), key };
  return accept(answerJson(201, body, { ...noStore, ...tagged(record.policyVersion) }));
}

/** POST /v1/keys: a key of the caller's account, whose secret is in this answer and nowhere else. */
export async function createKey(call: KeyCall, ports: CreateKeyPorts): Promise<Outcome<Answer>> {
  const input = readNewKey(call.input, ports.nowSeconds());
  if (!input.ok) return input;
  const { environment } = input.value;
  if (environment !== undefined && !ports.environments.includes(environment)) {
    const message = "Invalid value: 'environment' is none that this deployment serves.";
    return refuse('invalid_request', message, 'environment');
  }
  return retryChange(call, 'create-key', (current, reach) =>
    tryCreate({ call: current, reach, input: input.value }, ports),
  );
}
