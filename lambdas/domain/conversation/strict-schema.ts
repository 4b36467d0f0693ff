function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isClosedObject(schema: Readonly<Record<string, unknown>>): boolean {
  const properties = isRecord(schema['properties']) ? Object.keys(schema['properties']) : [];
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return schema['additionalProperties'] === false && properties.every((name) => required.includes(name));
}

/**
 * Whether OpenAI takes the schema with `strict: true`: every object is closed, and every property of it required. What is
 * not may still be asked for, without the promise.
 */
export function isStrictSchema(schema: unknown): boolean {
  const rest = [schema];
  while (rest.length > 0) {
    const next = rest.pop();
    if (Array.isArray(next)) rest.push(...next);
    if (!isRecord(next)) continue;
    const isObject = next['type'] === 'object' || isRecord(next['properties']);
    if (isObject && !isClosedObject(next)) return false;
    rest.push(...Object.values(next));
  }
  return true;
}
