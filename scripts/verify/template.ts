import * as z from 'zod';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

/** A CloudFormation template, as far as checks look into it. */
export const template = z.object({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});
export type Template = z.infer<typeof template>;

/** The resources of one type, their properties parsed by `properties`. Throws where a resource is of another shape. */
export function resourcesOf<Schema extends z.ZodType>(from: Template, type: string, properties: Schema) {
  return Object.entries(from.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties, ...rest }]) => ({ ...rest, id, properties: properties.parse(Properties) }));
}

/** Every value of the tree, the tree itself first. */
export function* walk(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) yield* walk(child);
}
