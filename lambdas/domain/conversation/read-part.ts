import type * as z from 'zod/mini';
import { formatPath, parseInput } from '../parse-input.ts';
import type { TranslationLog } from './translation-log.ts';

export type Path = readonly PropertyKey[];

/** `messages.content.text`: a field's name wherever it is. */
function nameOf(path: Path): string {
  return formatPath(path.filter((step) => typeof step !== 'number'));
}

/**
 * Reads a part of a client's request, which lies under `at`. What is wrong with it is refused by its path, and a member that
 * the schema does not name is noted as dropped: nothing is lost unsaid.
 */
export function readPart<Schema extends z.ZodMiniObject>(
  schema: Schema,
  value: unknown,
  at: Path,
  log: TranslationLog,
): z.output<Schema> | undefined {
  const parsed = parseInput(schema, value, at);
  if (!parsed.ok) {
    log.reject(parsed.refusal);
    return undefined;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (!Object.hasOwn(schema.shape, name) && member !== null && member !== undefined)
        log.drop(nameOf([...at, name]));
    }
  }
  return parsed.value;
}
