import * as z from 'zod';
import type { StackResource, StackResources } from './stack-resources.ts';

/** A function that something in the stack invokes. */
export interface FunctionModel {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The folder of its bundle. */
  readonly codeDir: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly logFormat: 'Text' | 'JSON';
}

const lambdaFunction = z.object({
  Code: z.object({ S3Key: z.string().optional() }),
  Handler: z.string().default('index.handler'),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).optional(),
  LoggingConfig: z
    .object({ LogGroup: z.string().optional(), LogFormat: z.enum(['Text', 'JSON']).default('Text') })
    .optional(),
});

/**
 * The functions named in `used`. The others (custom resources of the deployment) have no part in a running stack.
 * @throws Error for a name that no function of the stack has, or a function whose code is not in the assembly.
 */
export function readFunctionModels(resources: StackResources, used: ReadonlySet<string>): readonly FunctionModel[] {
  const models = resources
    .ofType('AWS::Lambda::Function')
    .filter(({ identity }) => used.has(identity.ref))
    .map((resource) => functionModelOf(resource, resources));
  const missing = [...used].filter((name) => !models.some((model) => model.name === name));
  if (missing.length > 0)
    throw new Error(`The stack invokes functions that it does not define: ${missing.join(', ')}.`);
  return models;
}

function functionModelOf(resource: StackResource, { assembly }: StackResources): FunctionModel {
  const { logicalId, identity } = resource;
  const properties = resource.read(lambdaFunction);
  const codeDir = assembly.assetPaths.get(properties.Code.S3Key ?? '');
  if (codeDir === undefined) throw new Error(`The code of the function ${logicalId} is not an asset of the assembly.`);
  return {
    logicalId,
    name: identity.ref,
    arn: identity.attributes['Arn'] ?? '',
    codeDir,
    handler: properties.Handler,
    timeoutMs: properties.Timeout * 1000,
    memoryMb: properties.MemorySize,
    environment: properties.Environment?.Variables ?? {},
    logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${identity.ref}`,
    logFormat: properties.LoggingConfig?.LogFormat ?? 'Text',
  };
}
