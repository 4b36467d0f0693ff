import { listModels, listProviders } from './catalogue.ts';

/** A model as one provider knows it. */
export interface ModelTarget {
  readonly provider: string;
  readonly model: string;
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
  return [...listProviders()]
    .filter((candidate) => isAllowed(candidate) && listModels(candidate).has(name))
    .map((candidate) => ({ provider: candidate, model: name }));
}
