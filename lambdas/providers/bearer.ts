import type { ProviderKind } from './provider-kind.ts';

export const bearer: ProviderKind['authorize'] = (_request, credential): Readonly<Record<string, string>> =>
  credential === undefined ? {} : { authorization: `Bearer ${credential}` };
