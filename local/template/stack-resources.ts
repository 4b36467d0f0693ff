import * as z from 'zod';
import type { StackAssembly, TemplateResource } from './cloud-assembly.ts';
import { identify, localAccountId, localRegion, type PhysicalIdentity } from './physical-identity.ts';
import { evaluateCondition, type IntrinsicScope, resolveIntrinsics } from './resolve-intrinsics.ts';

/** One resource that the stack would create. */
export interface StackResource {
  readonly logicalId: string;
  readonly identity: PhysicalIdentity;
  /**
   * The properties that `schema` names, their intrinsics resolved. No others are looked at.
   * @throws UnresolvableTemplateError for a reference or an intrinsic that has no local meaning.
   * @throws Error that names the resource, where a property does not have the expected shape.
   */
  read<Shape extends z.core.$ZodLooseShape>(schema: z.ZodObject<Shape>): z.infer<z.ZodObject<Shape>>;
}

export interface StackResources {
  readonly assembly: StackAssembly;
  ofType(...types: readonly string[]): readonly StackResource[];
}

export function openStackResources(assembly: StackAssembly): StackResources {
  const { template } = assembly;
  const scope: IntrinsicScope = {
    ref: (logicalId) =>
      pseudoParameter(logicalId, assembly) ?? template.Parameters[logicalId]?.Default ?? identityOf(logicalId)?.ref,
    getAtt: (logicalId, attribute) => identityOf(logicalId)?.attributes[attribute],
    conditions: template.Conditions,
    mappings: template.Mappings,
  };

  function propertyOf(logicalId: string, resource: TemplateResource, name: string): unknown {
    return resolveIntrinsics(resource.Properties[name], scope, `Resources.${logicalId}.Properties.${name}`);
  }

  function identityOf(logicalId: string): PhysicalIdentity | undefined {
    const resource = template.Resources[logicalId];
    if (resource === undefined) return undefined;
    const property = (name: string) => propertyOf(logicalId, resource, name);
    return identify(resource.Type, { stackName: assembly.stackName, logicalId, property });
  }

  function handleOf(logicalId: string, resource: TemplateResource): StackResource {
    return {
      logicalId,
      identity: identityOf(logicalId) ?? { ref: logicalId, attributes: {} },
      read: (schema) => {
        const needed = Object.keys(schema.shape).filter((name) => resource.Properties[name] !== undefined);
        const resolved = needed.map((name): [string, unknown] => [name, propertyOf(logicalId, resource, name)]);
        return parseProperties(schema, Object.fromEntries(resolved), logicalId);
      },
    };
  }

  const deployed = Object.entries(template.Resources).filter(
    ([logicalId, { Condition: condition }]) =>
      condition === undefined || evaluateCondition(condition, scope, `Resources.${logicalId}.Condition`),
  );
  return {
    assembly,
    ofType: (...types) =>
      deployed.filter(([, { Type }]) => types.includes(Type)).map(([logicalId, found]) => handleOf(logicalId, found)),
  };
}

function pseudoParameter(name: string, { stackName }: StackAssembly): unknown {
  const values: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': localAccountId,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': localRegion,
    'AWS::StackId': `arn:aws:cloudformation:${localRegion}:${localAccountId}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return values[name];
}

function parseProperties<Schema extends z.ZodType>(schema: Schema, value: unknown, logicalId: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`The resource ${logicalId} is not as the local runner needs it: ${z.prettifyError(parsed.error)}`);
}
