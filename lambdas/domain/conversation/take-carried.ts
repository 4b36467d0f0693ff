import type { FieldName } from './fields.ts';
import type { TranslationLog } from './translation-log.ts';

/** The value, unless the target has no word for its field; then the loss is noted. */
export type Take = <Value>(field: FieldName, value: Value | undefined) => Value | undefined;

export function takeCarried(lacks: ReadonlySet<FieldName>, log: TranslationLog): Take {
  return (field, value) => {
    if (value === undefined || !lacks.has(field)) return value;
    log.lose(field);
    return undefined;
  };
}
