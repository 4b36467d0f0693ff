import type { OperationName } from '../domain/access/operations.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { checkVersion } from '../domain/entity-tag.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeptSecret, KeyRegistry } from '../domain/keys/key-registry.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { MemberDirectory } from '../domain/members/member-directory.ts';
import type { AuditContextPorts } from './audit-context.ts';
import { checkAuthority, findHolder } from './check-authority.ts';
import { findOwnKey } from './find-own-key.ts';
import { retryChange } from './retry-change.ts';

export interface ChangeKeyPorts extends AuditContextPorts {
  readonly keys: KeyRegistry;
  readonly members: MemberDirectory;
}

export interface KeyChange {
  /** At the next version. */
  readonly after: KeyRecord;
  readonly entry: AuditEntry;
  /** What is kept of the secret from now on. @default as it was */
  readonly sealed?: KeptSecret | undefined;
}

/** From the key as it is by now; undefined: there is nothing to change. */
export type MakeChange = (call: KeyCall, before: KeyRecord) => Promise<Outcome<KeyChange | undefined>>;

/**
 * Changes a key within the caller's reach: from the version that the caller has seen, if they said which, and neither from nor
 * to a key that may more than theirs. Gives the key as it is then.
 */
export async function changeKey(
  call: KeyCall,
  { id, operation }: { readonly id: string; readonly operation: OperationName },
  ports: ChangeKeyPorts,
  makeChange: MakeChange,
): Promise<Outcome<KeyRecord>> {
  return retryChange(call, operation, async (current, reach) => {
    const found = await findOwnKey({ id, reach }, current, ports);
    if (!found.ok) return found;
    const before = found.value;
    const seen = checkVersion(call.ifMatch, before.policyVersion);
    if (!seen.ok) return seen;
    const holder = await findHolder(before, ports);
    const authority = checkAuthority(current, before, holder);
    if (!authority.ok) return authority;
    const change = await makeChange(current, before);
    if (!change.ok) return change;
    if (change.value === undefined) return accept(before);
    const { after } = change.value;
    const authorityAfter = checkAuthority(current, after, holder);
    if (!authorityAfter.ok) return authorityAfter;
    const outcome = await ports.keys.updateKey({ before, ...change.value, actor: current });
    return outcome === 'outdated' ? outcome : accept(after);
  });
}
