import * as z from 'zod';
import type { StackResource, StackResources } from './stack-resources.ts';

const oneOrMany = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
const value = z.union([oneOrMany, z.union([z.boolean(), z.number()]).transform((one) => [String(one)])]);

/** Strict: what it has besides would change its meaning. */
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.record(z.string(), z.record(z.string(), value)).default({}),
});
/** One statement of an identity's policy; of each element, and of each condition, any of the values. */
export type PolicyStatement = z.infer<typeof statement>;

const oneOrManyStatements = z.union([z.array(statement), statement.transform((one) => [one])]);
const policyDocument = z.object({ Statement: oneOrManyStatements });

const lambdaFunction = z.object({ Role: z.string().optional() });
const role = z.object({
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyDocument: policyDocument })).default([]),
});
const policy = z.object({ PolicyDocument: policyDocument, Roles: z.array(z.string()).default([]) });

/** What the role of a function may do. */
export interface FunctionPermissions {
  readonly functionName: string;
  readonly roleArn: string;
  readonly statements: readonly PolicyStatement[];
}

/**
 * Of the functions named in `used`, so far as they have a role of this stack.
 * @throws Error that names the role, where a policy of it is not in the template.
 */
export function readFunctionPermissions(
  resources: StackResources,
  used: ReadonlySet<string>,
): readonly FunctionPermissions[] {
  const roles = resources.ofType('AWS::IAM::Role');
  const functions = resources.ofType('AWS::Lambda::Function').filter(({ identity }) => used.has(identity.ref));
  return functions.flatMap((found) => {
    const roleArn = found.read(lambdaFunction).Role;
    const own = roles.find(({ identity }) => identity.attributes['Arn'] === roleArn);
    if (roleArn === undefined || own === undefined) return [];
    return [{ functionName: found.identity.ref, roleArn, statements: statementsOf(own, resources) }];
  });
}

function statementsOf(own: StackResource, resources: StackResources): PolicyStatement[] {
  const { ManagedPolicyArns, Policies } = own.read(role);
  if (ManagedPolicyArns.length > 0) {
    throw new Error(
      `The role ${own.logicalId} has policies that are not in the template: ${ManagedPolicyArns.join(', ')}.`,
    );
  }
  const attached = resources
    .ofType('AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy')
    .map((resource) => resource.read(policy))
    .filter(({ Roles }) => Roles.includes(own.identity.ref));
  return [...Policies, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
