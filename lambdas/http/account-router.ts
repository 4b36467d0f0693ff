import type { OperationName } from '../domain/access/operations.ts';
import { permit } from '../domain/access/permit.ts';
import { accept } from '../domain/errors.ts';
import type { KeyCaller, Stranger } from '../domain/management-call.ts';
import { bindRoutes, type Identify, type ManagementRoute, routeAmong } from './route-management.ts';

/** A route for holders of virtual keys: who may take it is what the table of operations says. */
export interface AccountRoute extends Omit<ManagementRoute<KeyCaller>, 'permit'> {
  readonly operation: OperationName;
}

/** A route for whoever comes, without a key. */
export type OpenRoute = ManagementRoute<Stranger>;

export function createAccountRouter(
  routes: readonly AccountRoute[],
  identify: Identify<KeyCaller>,
  open: readonly OpenRoute[] = [],
) {
  const permitted = routes.map((route) => ({
    ...route,
    permit: (caller: KeyCaller) => permit(caller, route.operation),
  }));
  return routeAmong([
    ...bindRoutes(permitted, identify),
    ...bindRoutes(open, async ({ sourceIp }) => accept({ sourceIp })),
  ]);
}
