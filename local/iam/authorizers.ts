import type { Authorize } from '../aws-json/server.ts';
import { localRegion } from '../template/physical-identity.ts';
import type { StackModel } from '../template/stack-model.ts';
import { dynamoDbAccess } from './dynamodb-access.ts';
import { type AccessObservers, createGatekeeper, describeDenial } from './gatekeeper.ts';
import { kmsAccess } from './kms-access.ts';

/** How each service asks whether a function may do what it is about to do. */
export interface Authorizers {
  readonly dynamodb: Authorize;
  readonly kms: Authorize;
}

/** @throws Error for a policy of the template that cannot be evaluated here. */
export function createAuthorizers(
  { permissions, tableAccess, keys }: Pick<StackModel, 'permissions' | 'tableAccess' | 'keys'>,
  observers: AccessObservers = {},
): Authorizers {
  const objectionTo = createGatekeeper(permissions, observers);
  const authorizeBy =
    (requestsOf: ReturnType<typeof kmsAccess>): Authorize =>
    (accessKeyId, operation, input) => {
      const denial = objectionTo(accessKeyId, requestsOf(operation, input));
      return denial && describeDenial(denial);
    };
  return { dynamodb: authorizeBy(dynamoDbAccess(tableAccess, localRegion)), kms: authorizeBy(kmsAccess(keys)) };
}
