import type { CredentialUser } from '../domain/credentials/credential-for.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { resolveModel } from '../domain/models/resolve-model.ts';
import type { Provider, ProviderDirectory, Surface } from '../domain/upstream/chat-provider.ts';

export interface FindRoutePorts {
  readonly providers: ProviderDirectory;
  readonly credentials: CredentialVault;
}

export interface Route {
  readonly provider: Provider;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly credential: string | undefined;
}

/** The first provider that can serve the model: allowed by the stage, and with what it takes to call it for the account. */
export async function findRoute(
  name: string,
  surface: Surface,
  account: CredentialUser,
  { providers, credentials }: FindRoutePorts,
): Promise<Outcome<Route>> {
  let isServedElsewhere = false;
  for (const target of resolveModel(name, (provider) => providers.has(provider))) {
    const provider = providers.get(target.provider);
    if (provider === undefined) continue;
    if (!provider.serves(surface)) {
      isServedElsewhere = true;
      continue;
    }
    const credential = provider.credential === 'none' ? undefined : await credentials.reveal(provider.name, account);
    if (credential !== undefined || provider.credential !== 'required') {
      return accept({ provider, model: target.model, credential });
    }
  }
  if (isServedElsewhere) {
    return refuse('invalid_request', 'The model’s provider does not serve this route. Name one that does.', 'model');
  }
  return refuse(
    'model_not_found',
    'The model does not exist, or no credential is stored for its provider. Name it as provider/model; GET /v1/models lists what there is.',
    'model',
  );
}
