/** The fields that differ between two ways in which one thing is shown, and the new values of those that no person wrote. */
export function describeChanges(
  before: object,
  after: object,
  audited: ReadonlySet<string>,
): { readonly fields: string[]; readonly changes_requested: Record<string, unknown> } {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old.get(name)),
  );
  return {
    fields: changed.map(([name]) => name),
    changes_requested: Object.fromEntries(changed.filter(([name]) => audited.has(name))),
  };
}
