import * as z from 'zod';
import { template as cloudTemplate } from '../../local/template/cloud-assembly.ts';
import { type PolicyStatement, readFunctionPermissions } from '../../local/template/permission-model.ts';
import { openStackResources, type StackResources } from '../../local/template/stack-resources.ts';

/** A policy of a KMS key, as CloudFormation would write it. */
const keyPolicy = z.object({
  KeyPolicy: z.looseObject({ Statement: z.array(z.record(z.string(), z.unknown())) }),
});
const indexedTable = z.object({ GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string() })).optional() });
export type KeyPolicy = z.infer<typeof keyPolicy>['KeyPolicy'];

export interface FunctionAccess {
  /** `Proxy` of `ProxyFunction…`. */
  readonly name: string;
  readonly roleArn: string;
  readonly statements: readonly PolicyStatement[];
}

/** Who may do what in a stack, all of it resolved to ARNs. */
export interface StackAccess {
  readonly functions: readonly FunctionAccess[];
  /** ARNs of everything that has one, by its name in the template without the hash. */
  readonly arns: ReadonlyMap<string, string>;
  /** Names of tables as DynamoDB knows them, by the same. */
  readonly tableNames: ReadonlyMap<string, string>;
  /** `LedgerTable/index/leases`, by the same. */
  readonly indexes: readonly string[];
  /** By the same name as in `arns`. */
  readonly keyPolicies: ReadonlyMap<string, KeyPolicy>;
}

/** `ProxyRole46D67FAB` -> `ProxyRole`. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

export function readStackAccess(synthesized: unknown, stackName: string): StackAccess {
  const template = cloudTemplate.parse(synthesized);
  const resources = openStackResources({ stackName, template, assetPaths: new Map() });
  const all = resources.ofType(...new Set(Object.values(template.Resources).map(({ Type }) => Type)));
  const arns = all.flatMap(({ logicalId, identity }) => {
    const arn = identity.attributes['Arn'];
    return arn === undefined ? [] : [[nameOf(logicalId), arn] as const];
  });
  const tables = resources.ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table');
  return {
    functions: readFunctions(resources),
    arns: new Map(arns),
    tableNames: new Map(tables.map(({ logicalId, identity }) => [nameOf(logicalId), identity.ref])),
    indexes: tables.flatMap((found) =>
      (found.read(indexedTable).GlobalSecondaryIndexes ?? []).map(
        ({ IndexName }) => `${nameOf(found.logicalId)}/index/${IndexName}`,
      ),
    ),
    keyPolicies: new Map(
      resources
        .ofType('AWS::KMS::Key')
        .map((resource) => [nameOf(resource.logicalId), resource.read(keyPolicy).KeyPolicy]),
    ),
  };
}

function readFunctions(resources: StackResources): FunctionAccess[] {
  const functions = resources.ofType('AWS::Lambda::Function');
  const permissions = readFunctionPermissions(resources, new Set(functions.map(({ identity }) => identity.ref)));
  return functions.map(({ logicalId, identity }) => {
    const found = permissions.find(({ functionName }) => functionName === identity.ref);
    if (found === undefined) throw new Error(`the function ${logicalId} has no role of the stack`);
    return { name: nameOf(logicalId).replace(/Function$/, ''), roleArn: found.roleArn, statements: found.statements };
  });
}
