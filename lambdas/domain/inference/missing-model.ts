import { type Refused, refuse } from '../errors.ts';

/** Told before anything else that may be wrong: the commonest mistake. Undefined: a model is named. */
export function refuseMissingModel(value: object): Refused | undefined {
  const isThere = 'model' in value && value.model !== null && value.model !== '';
  return isThere ? undefined : refuse('missing_model', 'You must provide a model parameter.', 'model');
}
