/** OpenAI's model object. */
export interface Model {
  /** `provider/model`: what a request names. */
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds; 0, as the catalogue knows no dates. */
  readonly created: number;
  readonly owned_by: string;
}

export function describeModel(provider: string, model: string): Model {
  return { id: `${provider}/${model}`, object: 'model', created: 0, owned_by: provider };
}
