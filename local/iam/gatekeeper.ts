import { createHash } from 'node:crypto';
import type { FunctionPermissions } from '../template/permission-model.ts';
import { type AccessRequest, compilePolicy } from './policy.ts';

/** Something that a function did, or wanted to. */
export interface Access extends AccessRequest {
  readonly functionName: string;
}

export interface AccessObservers {
  /** Told of everything that a function was allowed to do, and did. @default nobody */
  readonly onAccess?: ((access: Access) => void) | undefined;
  /** Told of what a function was not allowed to do. @default nobody */
  readonly onDenial?: ((access: Access) => void) | undefined;
}

/** The first of the requests that the caller may not make; undefined where it may make all. */
export type Gatekeeper = (accessKeyId: string, requests: readonly AccessRequest[]) => Access | undefined;

/** Whom a function's calls come from. Anybody else on this machine is its developer, who may do anything. */
export function accessKeyIdOf(functionName: string): string {
  return `LOCAL${createHash('sha256').update(functionName).digest('hex').slice(0, 15).toUpperCase()}`;
}

/**
 * Holds each function to the policies of its role in the template. A function without a role of the stack is not held.
 * @throws Error for a policy that cannot be evaluated here.
 */
export function createGatekeeper(
  permissions: readonly FunctionPermissions[],
  { onAccess, onDenial }: AccessObservers,
): Gatekeeper {
  const byAccessKey = new Map(
    permissions.map(({ functionName, statements }) => {
      const holder = { functionName, allows: compilePolicy(statements) };
      return [accessKeyIdOf(functionName), holder] as const;
    }),
  );
  return (accessKeyId, requests) => {
    const holder = byAccessKey.get(accessKeyId);
    if (holder === undefined) return undefined;
    const { functionName, allows } = holder;
    const request = requests.find((one) => !allows(one));
    if (request !== undefined) {
      const denied = { functionName, ...request };
      onDenial?.(denied);
      return denied;
    }
    for (const one of requests) onAccess?.({ functionName, ...one });
    return undefined;
  };
}

/** As AWS words it, with nothing of the request but its action and resource. */
export function describeDenial({ functionName, action, resource }: Access): string {
  return `The role of ${functionName} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
