/** Deeper than anything that a caller can set, and shallow enough for any stack. */
const MAX_DEPTH = 8;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Merge Patch (RFC 7396) of parsed JSON: null takes a member away, objects merge, all else replaces. */
export function mergePatch(target: unknown, patch: unknown, depth: number = MAX_DEPTH): unknown {
  if (!isObject(patch) || depth === 0) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), change, depth - 1));
  }
  // Defines its members, so that one named __proto__ is but a member.
  return Object.fromEntries(merged);
}
