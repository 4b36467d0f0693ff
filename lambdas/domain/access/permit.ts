import { accept, type Outcome, refuse } from '../errors.ts';
import { type OperationName, operations, type Reach, reachOf } from './operations.ts';
import type { Permission } from './permissions.ts';

/** Whether a caller with these permissions may call the operation, and how far it reaches for them. */
export function permit(
  { permissions }: { readonly permissions: ReadonlySet<Permission> },
  operation: OperationName,
): Outcome<Reach> {
  const reach = reachOf(permissions, operation);
  if (reach !== undefined) return accept(reach);
  const access = operations[operation];
  const needed = access === 'anyone' ? '' : ` It takes the permission ${access.all}.`;
  return refuse('permission_denied', `This API key may not do that.${needed}`);
}
