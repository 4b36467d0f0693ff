import type { Permission } from './access/permissions.ts';
import type { AccountRecord } from './accounts/account-record.ts';
import type { Actor } from './audit/audit-event.ts';
import type { KeyRecord } from './keys/key-record.ts';

/** Who asks, as the audit log names them. */
export interface Caller {
  readonly actor: Actor;
}

/** Whoever holds a virtual key. */
export interface KeyCaller extends Caller {
  readonly key: KeyRecord;
  readonly account: AccountRecord;
  /** What the key may do now. */
  readonly permissions: ReadonlySet<Permission>;
}

/** What is asked. */
export interface ManagementInput {
  readonly requestId: string;
  /** The JSON object of the body, or of the query string where the method has no body. Nothing has checked it yet. */
  readonly input: unknown;
}

/** A management request as an operation sees it: who asks for what. */
export type ManagementCall = Caller & ManagementInput;
export type KeyCall = KeyCaller & ManagementInput;
