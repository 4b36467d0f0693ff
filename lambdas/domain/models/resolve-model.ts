import { modelsByProvider } from './catalogue.generated.ts';

/** A model as one provider knows it. */
export interface ModelTarget {
  readonly provider: string;
  readonly model: string;
}

/** Not in any price list: the built-in model that answers with what it was asked. */
const builtin = { demo: 'echo' } as const;

const modelSets = new Map(
  Object.entries({ ...modelsByProvider, ...builtin }).map(
    ([provider, names]) => [provider, new Set(names.split(' '))] as const,
  ),
);

/** The models of `provider` that the catalogue lists. */
export function listModels(provider: string): ReadonlySet<string> {
  return modelSets.get(provider) ?? new Set();
}

/**
 * Who can serve `name`, in the order to try. `provider/model` names its provider, catalogued or not; a bare name stands
 * for every allowed provider that lists it.
 */
export function resolveModel(name: string, isAllowed: (provider: string) => boolean): readonly ModelTarget[] {
  const slash = name.indexOf('/');
  const provider = name.slice(0, Math.max(slash, 0));
  const model = name.slice(slash + 1);
  if (isAllowed(provider)) return model === '' ? [] : [{ provider, model }];
  return [...modelSets]
    .filter(([candidate, names]) => isAllowed(candidate) && names.has(name))
    .map(([candidate]) => ({ provider: candidate, model: name }));
}
