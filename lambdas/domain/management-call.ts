import type { Permissions } from './access/permissions-of.ts';
import type { AccountRecord } from './accounts/account-record.ts';
import type { Actor } from './audit/audit-event.ts';
import type { Outcome } from './errors.ts';
import type { KeyRecord } from './keys/key-record.ts';
import type { MemberRecord } from './members/member-record.ts';

/** Who asks, as the audit log names them. */
export interface Caller {
  readonly actor: Actor;
}

/** Whoever holds a virtual key. */
export interface KeyCaller extends Caller {
  readonly key: KeyRecord;
  readonly account: AccountRecord;
  /** Whose key it is, where it is a member's. */
  readonly member: MemberRecord | undefined;
  /** What the key may do now. */
  readonly permissions: Permissions;
  /** The same caller as the store has them now. */
  readonly identifyAnew: () => Promise<Outcome<KeyCaller>>;
}

/** Who makes a change, as they were read: nothing is changed once one of the two is no longer so. */
export type ChangeActor = Pick<KeyCaller, 'key' | 'account'>;

/** Whoever comes without a key. */
export interface Stranger {
  /** The connection's own address, never a header's. */
  readonly sourceIp: string;
}

/** What is asked. */
export interface ManagementInput {
  readonly requestId: string;
  /** The JSON object of the body, or of the query string where the method has no body. Nothing has checked it yet. */
  readonly input: unknown;
  /** The header `If-Match`, as it came. */
  readonly ifMatch?: string | undefined;
}

/** A management request as an operation sees it: who asks for what. */
export type ManagementCall = Caller & ManagementInput;
export type KeyCall = KeyCaller & ManagementInput;
export type StrangerCall = Stranger & ManagementInput;
