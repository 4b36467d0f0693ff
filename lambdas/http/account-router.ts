import type { OperationName } from '../domain/access/operations.ts';
import { permit } from '../domain/access/permit.ts';
import type { KeyCaller } from '../domain/management-call.ts';
import { createManagementRouter, type Identify, type ManagementRoute } from './route-management.ts';

/** A route for holders of virtual keys: who may take it is what the table of operations says. */
export interface AccountRoute extends Omit<ManagementRoute<KeyCaller>, 'permit'> {
  readonly operation: OperationName;
}

export function createAccountRouter(routes: readonly AccountRoute[], identify: Identify<KeyCaller>) {
  const permitted = routes.map((route) => ({
    ...route,
    permit: (caller: KeyCaller) => permit(caller, route.operation),
  }));
  return createManagementRouter(permitted, identify);
}
