import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { resourcesOf } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';

const lambdaFunction = z.object({
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Handler: z.string(),
  Timeout: z.int(),
  MemorySize: z.int(),
  ReservedConcurrentExecutions: z.int().optional(),
  KmsKeyArn: z.object({ 'Fn::GetAtt': z.tuple([z.string().regex(/^OperationsKey/), z.literal('Arn')]) }),
  LoggingConfig: z.object({ LogGroup: z.object({ Ref: z.string() }) }),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
  VpcConfig: z.undefined().optional(),
  Layers: z.undefined().optional(),
});

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function', lambdaFunction);

  test('every function runs a single module on Node 24, arm64, its variables under our key', () => {
    expect(functions).toHaveLength(5);
    for (const { properties } of functions) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: stage.tracing ? { Mode: 'Active' } : undefined,
      });
    }
  });

  test('every function writes to a log group of its own', () => {
    const groups = functions.map(({ properties }) => properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(groups).size).toBe(functions.length);
    for (const group of groups) expect(template.Resources[group]?.Type).toBe('AWS::Logs::LogGroup');
  });

  test.each([
    ['Proxy', 900, stage.functions.proxy],
    ['Admin', 30, stage.functions.admin],
    ['Management', 30, stage.functions.management],
    ['Sweeper', 300, stage.functions.sweeper],
    ['Folder', 600, stage.functions.folder],
  ])('%s has %i seconds, and the size that the stage gives it', (name, seconds, size) => {
    const [found] = functions.filter(({ id }) => id.startsWith(`${name}Function`));
    expect(found?.properties).toMatchObject({ Timeout: seconds, MemorySize: size.memoryMiB });
    expect(found?.properties.ReservedConcurrentExecutions).toBe(size.reservedConcurrency);
  });
});
