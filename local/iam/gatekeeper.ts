import { createHash } from 'node:crypto';
import type { FunctionPermissions } from '../template/permission-model.ts';
import { type AccessRequest, compilePolicy } from './policy.ts';

/** Something that a function was allowed to do, and did. */
export interface Access extends AccessRequest {
  readonly functionName: string;
}

/** The first of the requests that the caller may not make; undefined where it may make all. */
export type Gatekeeper = (accessKeyId: string, requests: readonly AccessRequest[]) => Denial | undefined;

export interface Denial {
  readonly functionName: string;
  readonly request: AccessRequest;
}

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
  onAccess: (access: Access) => void,
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
    if (request !== undefined) return { functionName, request };
    for (const one of requests) onAccess({ functionName, ...one });
    return undefined;
  };
}

/** As AWS words it, with nothing of the request but its action and resource. */
export function describeDenial({ functionName, request: { action, resource } }: Denial): string {
  return `The role of ${functionName} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
