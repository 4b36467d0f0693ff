import { openAi } from '../openai/kind.ts';
import type { ProviderKind } from '../provider-kind.ts';

/** OpenAI's models in Azure, by their deployments' names, behind `https://<resource>.openai.azure.com/openai/v1`. */
export const azureOpenAi: ProviderKind = {
  ...openAi,
  authorize: (_request, credential): Readonly<Record<string, string>> =>
    credential === undefined ? {} : { 'api-key': credential },
  clientHeaders: [],
  quirks: 'azure',
};
