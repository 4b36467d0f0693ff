import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib/core';
import * as z from 'zod';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { GatewayStack } from '../../lib/gateway-stack.ts';
import { type StageConfig, stages } from '../../lib/stage-config.ts';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

/** A CloudFormation template, as far as tests look into it. */
export const template = z.object({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});
export type Template = z.infer<typeof template>;

/** The flags of a deployment, and no bundling: what a template says does not depend on the code that it deploys. */
export const testContext = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] };

/** The template of the stack that `build` adds to an app, just as CloudFormation would get it. */
export function synthesize(build: (app: App) => Stack): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'portcullis-synth-'));
  try {
    const app = new App({ outdir, context: testContext, builtinCloudFormationValidation: false });
    const { stackName } = build(app);
    return template.parse(app.synth().getStackByName(stackName).template);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Every stage with its template, synthesized once per test file. */
export const stageTemplates: readonly { stage: StageConfig; template: Template }[] = [...stages.values()].map(
  (stage) => ({ stage, template: synthesize((app) => new GatewayStack(app, stage)) }),
);

/** The resources of one type, their properties parsed by `properties`. Fails where a resource is of another shape. */
export function resourcesOf<Schema extends z.ZodType>(from: Template, type: string, properties: Schema) {
  return Object.entries(from.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties, ...rest }]) => ({ ...rest, id, properties: properties.parse(Properties) }));
}

/** The only one of its type. */
export function onlyOf<Schema extends z.ZodType>(from: Template, type: string, properties: Schema): z.infer<Schema> {
  const [only, another] = resourcesOf(from, type, properties);
  if (only === undefined || another !== undefined) throw new Error(`expected exactly one ${type}`);
  return only.properties;
}

/** Every value of the tree, the tree itself first. */
export function* walk(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) yield* walk(child);
}
