import { type Answer, answerJson } from '../domain/answer.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { listModels } from '../domain/models/catalogue.ts';
import { describeModel, type Model } from '../domain/models/describe-model.ts';
import type { Provider, ProviderDirectory } from '../domain/upstream/chat-provider.ts';

export interface ListModelsPorts {
  readonly providers: ProviderDirectory;
  readonly credentials: CredentialVault;
}

async function isReady(provider: Provider, credentials: CredentialVault): Promise<boolean> {
  return provider.credential !== 'required' || credentials.has(provider.name);
}

/** Every catalogued model that can be called now: its provider is allowed and has what it takes. */
export async function findModels({ providers, credentials }: ListModelsPorts): Promise<readonly Model[]> {
  const perProvider = await Promise.all(
    [...providers.values()].map(async (provider) =>
      (await isReady(provider, credentials))
        ? [...listModels(provider.name)].map((model) => describeModel(provider.name, model))
        : [],
    ),
  );
  return perProvider.flat();
}

/** GET /v1/models */
export async function listAllModels(ports: ListModelsPorts): Promise<Outcome<Answer>> {
  return accept(answerJson(200, { object: 'list', data: await findModels(ports) }));
}
