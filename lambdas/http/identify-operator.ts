import { accept, type Outcome } from '../domain/errors.ts';
import type { Caller } from '../domain/management-call.ts';
import type { ManagementRequest } from './management-request.ts';

/** Who signed the request. Throws where nobody did: then the route is not IAM-authorized, a fault of the deployment. */
export async function identifyOperator({ userArn, sourceIp }: ManagementRequest): Promise<Outcome<Caller>> {
  if (userArn === undefined) throw new TypeError('an operator route without IAM authorization');
  return accept({ actor: { type: 'iam', iam: { arn: userArn, ip_address: sourceIp } } });
}
