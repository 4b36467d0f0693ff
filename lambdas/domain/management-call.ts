import type { Actor } from './audit/audit-event.ts';

/** A management request as an operation sees it: who asks for what. The body is JSON that nothing has checked yet. */
export interface ManagementCall {
  readonly requestId: string;
  readonly actor: Actor;
  readonly input: unknown;
}
