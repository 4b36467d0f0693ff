import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ENV, environments } from '../../lambdas/env.ts';
import { resourcesOf, type Template } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';

const functionProperties = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});

/** Lambda sets these by itself; the credentials are those of the function's role. */
const setByLambda = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

/** What a function would see: an intrinsic stands for some text that only a deployment knows. */
function resolve(value: unknown): string {
  return typeof value === 'string' ? value : `resolved ${JSON.stringify(value)}`;
}

function variablesOf(template: Template, handler: keyof typeof environments): Record<string, string> {
  const prefix = `${handler[0]?.toUpperCase()}${handler.slice(1)}Function`;
  const [found, another] = resourcesOf(template, 'AWS::Lambda::Function', functionProperties).filter(({ id }) =>
    id.startsWith(prefix),
  );
  if (found === undefined || another !== undefined) throw new Error(`expected exactly one ${prefix}`);
  const { Variables } = found.properties.Environment;
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, resolve(value)]));
}

const handlers = ['proxy', 'admin', 'management', 'sweeper', 'folder'] as const;

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  test('every function has a handler whose schema is known', () => {
    expect(Object.keys(environments).sort()).toEqual([...handlers].sort());
    expect(resourcesOf(template, 'AWS::Lambda::Function', functionProperties)).toHaveLength(handlers.length);
  });

  test.each(handlers)('%s starts with the variables that it is given, and needs each of them', (handler) => {
    const variables = variablesOf(template, handler);
    const schema = environments[handler]();
    expect(schema.safeParse({ ...setByLambda, ...variables }).error).toBeUndefined();
    for (const name of Object.keys(variables)) {
      const others = Object.entries({ ...setByLambda, ...variables }).filter(([other]) => other !== name);
      expect(schema.safeParse(Object.fromEntries(others)).success, `${handler} without ${name}`).toBe(false);
    }
  });

  test.each(handlers)('%s is given nothing that it does not read', (handler) => {
    const read = Object.keys(environments[handler]().shape);
    expect(Object.keys(variablesOf(template, handler)).filter((name) => !read.includes(name))).toEqual([]);
  });

  test.each(['proxy', 'admin'] as const)('%s reaches the providers of the stage configuration', (handler) => {
    expect(JSON.parse(variablesOf(template, handler)[ENV.upstreams] ?? '')).toEqual(stage.upstreams);
  });

  test.each(handlers)('%s knows its stage, and its variables fit into 4 KB', (handler) => {
    const variables = variablesOf(template, handler);
    expect(variables[ENV.stage]).toBe(stage.name);
    // Table names and ARNs may come out longer than their intrinsics look here, hence the margin.
    expect(JSON.stringify(variables).length).toBeLessThan(3_500);
  });
});
