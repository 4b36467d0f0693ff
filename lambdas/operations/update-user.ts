import * as z from 'zod';
import { roles } from '../domain/access/permissions.ts';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { mergePatch } from '../domain/json/merge-patch.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import { type ChangeMemberPorts, changeMember, type MadeChange } from './change-member.ts';
import { displayName } from './plain-text.ts';
import { answerUser } from './present-user.ts';

const userFields = z.strictObject({ role: z.enum(roles), name: displayName.optional() });

function update(call: KeyCall, before: MemberRecord, ports: ChangeMemberPorts): Outcome<MadeChange | undefined> {
  const set = mergePatch({}, { role: before.role, name: before.name ?? null });
  const fields = parseInput(userFields, mergePatch(set, call.input));
  if (!fields.ok) return fields;
  const { role, name } = fields.value;
  const changed = [...(role === before.role ? [] : ['role']), ...(name === before.name ? [] : ['name'])];
  if (changed.length === 0) return accept(undefined);
  const after: MemberRecord = { ...before, role, name, version: before.version + 1 };
  const changes_requested = role === before.role ? {} : { role };
  return accept({
    after,
    entry: {
      ...auditContext(call, before.accountId, ports),
      type: 'user.updated',
      'user.updated': { id: before.id, version: after.version, fields: changed, changes_requested },
    },
  });
}

/** PATCH /v1/organization/users/{id}, a merge patch: a new role holds for every key of the member from the answer on. */
export async function updateUser(call: KeyCall, id: string, ports: ChangeMemberPorts): Promise<Outcome<Answer>> {
  const updated = await changeMember(call, { id, operation: 'update-user' }, ports, (current, before) =>
    update(current, before, ports),
  );
  return updated.ok ? accept(answerUser(updated.value)) : updated;
}
