import type { ProviderKind, RequestToAuthorize } from '../provider-kind.ts';

/** The headers of a request to Bedrock in that region, signed with the function's own role. */
export type SignForBedrock = (request: RequestToAuthorize, region: string) => Readonly<Record<string, string>>;

/** No key to keep: who may call which model is a matter of IAM. */
export function bedrockIn(region: string, sign: SignForBedrock): ProviderKind {
  return {
    natives: {},
    codecs: [async () => (await import('./codec.ts')).egress],
    authorize: (request) => sign(request, region),
    clientHeaders: [],
  };
}
