import * as z from 'zod';
import type { JsonObject } from '../aws-json/server.ts';
import { validation } from './kms-error.ts';

/** How a caller names a key: id, ARN, alias name or alias ARN. */
export const keyReference = z.string().min(1).max(2048);

/** One operation of the protocol, by its name there. */
export interface KmsOperation {
  readonly name: string;
  /** Parses the input and runs; throws AwsError for what the service would refuse. */
  run(input: JsonObject): Promise<object>;
}

export function defineOperation<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  run: (input: z.output<Schema>) => object | Promise<object>,
): KmsOperation {
  return {
    name,
    async run(input) {
      const parsed = schema.safeParse(input);
      if (parsed.success) return run(parsed.data);
      const errors = parsed.error.issues.map(({ path, message }) => {
        return `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`;
      });
      const count = errors.length === 1 ? '1 validation error' : `${errors.length} validation errors`;
      throw validation(`${count} detected: ${errors.join('; ')}`);
    },
  };
}
