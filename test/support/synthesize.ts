import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib/core';
import type * as z from 'zod';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { GatewayStack } from '../../lib/gateway-stack.ts';
import { type StageConfig, stages } from '../../lib/stage-config.ts';
import { resourcesOf, type Template, template } from '../../scripts/verify/template.ts';

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

/** The only one of its type. */
export function onlyOf<Schema extends z.ZodType>(from: Template, type: string, properties: Schema): z.infer<Schema> {
  const [only, another] = resourcesOf(from, type, properties);
  if (only === undefined || another !== undefined) throw new Error(`expected exactly one ${type}`);
  return only.properties;
}
