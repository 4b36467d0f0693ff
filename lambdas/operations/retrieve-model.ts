import { type Answer, answerJson } from '../domain/answer.ts';
import type { CredentialUser } from '../domain/credentials/credential-for.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { resolveModel } from '../domain/models/resolve-model.ts';
import { findModels, type ListModelsPorts } from './list-models.ts';

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** GET /v1/models/{id}; `id` as in the path, its slash plain or as %2F; a bare name finds the first provider that has it. */
export async function retrieveModel(
  id: string,
  account: CredentialUser,
  ports: ListModelsPorts,
): Promise<Outcome<Answer>> {
  const targets = resolveModel(decode(id), (provider) => ports.providers.has(provider));
  const models = await findModels(account, ports);
  for (const { provider, model } of targets) {
    const found = models.find((candidate) => candidate.id === `${provider}/${model}`);
    if (found !== undefined) return accept(answerJson(200, found));
  }
  return refuse('model_not_found', 'The model does not exist; GET /v1/models lists what there is.', 'model');
}
