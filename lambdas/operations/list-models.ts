import { type Answer, answerJson } from '../domain/answer.ts';
import type { CredentialUser } from '../domain/credentials/credential-for.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { listModels } from '../domain/models/catalogue.ts';
import { describeModel, type Model } from '../domain/models/describe-model.ts';
import type { PriceBook } from '../domain/pricing/price-book.ts';
import { type PriceList, pricedModels } from '../domain/pricing/price-list.ts';
import type { Provider, ProviderDirectory } from '../domain/upstream/chat-provider.ts';

export interface ListModelsPorts {
  readonly providers: ProviderDirectory;
  readonly credentials: CredentialVault;
  readonly prices: PriceBook;
}

async function isReady(provider: Provider, account: CredentialUser, credentials: CredentialVault): Promise<boolean> {
  return provider.credential !== 'required' || credentials.has(provider.name, account);
}

/** The catalogue's, and those that the operator has priced by name. */
function namesOf(provider: string, prices: PriceList): readonly string[] {
  const listed = listModels(provider);
  const known = new Set([...listed].map((name) => name.toLowerCase()));
  const own = pricedModels(prices, provider).filter((name) => !known.has(name.toLowerCase()));
  return [...listed, ...own];
}

/** Every known model that can be called now: its provider is allowed and has what it takes. */
export async function findModels(
  account: CredentialUser,
  { providers, credentials, prices }: ListModelsPorts,
): Promise<readonly Model[]> {
  const list = await prices.readPrices();
  const perProvider = await Promise.all(
    [...providers.values()].map(async (provider) =>
      (await isReady(provider, account, credentials))
        ? namesOf(provider.name, list).map((model) => describeModel(provider.name, model))
        : [],
    ),
  );
  return perProvider.flat();
}

/** GET /v1/models */
export async function listAllModels(account: CredentialUser, ports: ListModelsPorts): Promise<Outcome<Answer>> {
  return accept(answerJson(200, { object: 'list', data: await findModels(account, ports) }));
}
