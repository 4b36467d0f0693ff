// The answers of an independent evaluator of IAM policies (@cloud-copilot/iam-simulate), with the key's own policy where
// the resource is a KMS key: IAM policies count there only as far as that lets them.
import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as z from 'zod';
import type { AccessRequest } from '../../local/iam/policy.ts';
import type { PolicyStatement } from '../../local/template/permission-model.ts';
import type { KeyPolicy, StackAccess } from './stack-access.ts';

const account = '000000000000';
const conditions = z.record(z.string(), z.record(z.string(), z.unknown()));

export interface Caller {
  /** An ARN of a role, or the name of an AWS service. */
  readonly principal: string;
  readonly statements: readonly PolicyStatement[];
}

/** @throws Error where the question or a policy is not valid: an action that does not exist, a key of another type. */
export async function simulate(caller: Caller, request: AccessRequest, stack: StackAccess): Promise<boolean> {
  const { principal, statements } = caller;
  const outcome = await runSimulation(
    {
      request: {
        principal,
        action: request.action,
        resource: { resource: request.resource, accountId: account },
        contextVariables: renameContext(request.context),
      },
      identityPolicies: [
        { name: 'permissions', policy: { Version: '2012-10-17', Statement: statements.map(renderStatement) } },
      ],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: keyPolicyFor(request.resource, stack),
    },
    {},
  );
  if (outcome.resultType === 'error') throw new Error(`${JSON.stringify(request)}: ${JSON.stringify(outcome.errors)}`);
  return outcome.overallResult === 'Allowed';
}

/**
 * The evaluator knows no key of an encryption context. What a condition means does not depend on the name of its key, so
 * these go by the name of one that may hold anything, in policies and questions alike.
 */
function renameKey(key: string): string {
  const [, name] = /^kms:EncryptionContext:(.+)$/.exec(key) ?? [];
  return name === undefined ? key : `aws:PrincipalTag/${name.replaceAll(':', '.')}`;
}

function renameContext(context: AccessRequest['context']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [renameKey(key), typeof value === 'string' ? value : [...value]]),
  );
}

function renameCondition(condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [renameKey(key), value])),
    ]),
  );
}

function renderStatement({ Condition, ...statement }: PolicyStatement) {
  return { ...statement, ...(Object.keys(Condition).length > 0 && { Condition: renameCondition(Condition) }) };
}

function keyPolicyFor(resource: string, { arns, keyPolicies }: StackAccess): KeyPolicy | undefined {
  const [name] = [...arns].find(([, arn]) => arn === resource) ?? [];
  const policy = name === undefined ? undefined : keyPolicies.get(name);
  if (policy === undefined) return resource.includes(':kms:') ? delegatedToIam : undefined;
  return { ...policy, Statement: policy.Statement.map((statement) => renameIn(statement)) };
}

function renameIn(statement: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { Condition: condition, ...rest } = statement;
  return condition === undefined ? rest : { ...rest, Condition: renameCondition(conditions.parse(condition)) };
}

/** A key of somebody else in the account, as the console makes them. */
const delegatedToIam: KeyPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
};
