export type ContextValues = Readonly<Record<string, string | number | null | undefined>>;

/** Fills `$context.…` in a text; compiled once, as the access log uses it for every request. */
export type ContextTemplate = (values: ContextValues) => string;

/**
 * @param absent what stands for a variable without a value.
 * @param write how a value is written into the text, e.g. inside a JSON string.
 */
export function compileContextTemplate(
  text: string,
  { absent, write }: { readonly absent: string; readonly write: (name: string, value: string) => string },
): ContextTemplate {
  // Odd parts are names: the expression has one group.
  const parts = text.split(/\$context\.([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)/);
  return (values) =>
    parts
      .map((part, index) => {
        if (index % 2 === 0) return part;
        const value = values[part];
        return value === undefined || value === null ? absent : write(part, String(value));
      })
      .join('');
}

/** A value as it may stand inside the quotes of a JSON string. */
export function escapeForJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
