import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});
export type TemplateResource = z.infer<typeof resource>;

const section = z.record(z.string(), z.unknown()).default({});

export const template = z.looseObject({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown() })).default({}),
  Conditions: section,
  Mappings: section,
});
export type Template = z.infer<typeof template>;

const manifest = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z
        .looseObject({
          templateFile: z.string().optional(),
          file: z.string().optional(),
          stackName: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const assetManifest = z.looseObject({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** One synthesized stack: its template, and where the files of its assets lie, by their S3 key. */
export interface StackAssembly {
  readonly stackName: string;
  readonly template: Template;
  readonly assetPaths: ReadonlyMap<string, string>;
}

async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  return schema.parse(value);
}

/**
 * Reads the one stack of a cloud assembly (`cdk.out`).
 * @throws Error where the folder holds no stack, or more than one.
 */
export async function readStackAssembly(assemblyDir: string): Promise<StackAssembly> {
  const { artifacts } = await readJson(join(assemblyDir, 'manifest.json'), manifest);
  const entries = Object.entries(artifacts);
  const stacks = entries.filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [first, ...others] = stacks;
  if (first === undefined || others.length > 0) {
    throw new Error(`The local runner needs exactly one stack in ${assemblyDir}, but found ${stacks.length}.`);
  }
  const [id, { properties }] = first;
  if (properties?.templateFile === undefined)
    throw new Error(`The stack ${id} in ${assemblyDir} has no template file.`);
  const assetFiles = entries.flatMap(([, artifact]) =>
    artifact.type === 'cdk:asset-manifest' && artifact.properties?.file !== undefined ? [artifact.properties.file] : [],
  );
  const assets = await Promise.all(assetFiles.map((file) => readJson(join(assemblyDir, file), assetManifest)));
  return {
    stackName: properties.stackName ?? id,
    template: await readJson(join(assemblyDir, properties.templateFile), template),
    assetPaths: new Map(assets.flatMap(({ files }) => pathsByObjectKey(files, assemblyDir))),
  };
}

function pathsByObjectKey(files: z.infer<typeof assetManifest>['files'], assemblyDir: string): [string, string][] {
  return Object.values(files).flatMap(({ source, destinations }) => {
    const { path } = source;
    if (path === undefined) return [];
    return Object.values(destinations).map(({ objectKey }): [string, string] => [objectKey, join(assemblyDir, path)]);
  });
}
