import { type AwsCredentials, createSigner, type Sign } from './sigv4.ts';

interface RequestToSign {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The headers with which the function's own role is shown to Bedrock, in any region. */
export function createBedrockSigner(credentials: () => AwsCredentials, nowMs: () => number) {
  const signers = new Map<string, Sign>();

  function signerOf(region: string): Sign {
    const sign = signers.get(region) ?? createSigner({ region, service: 'bedrock' });
    signers.set(region, sign);
    return sign;
  }

  return ({ url, headers, body }: RequestToSign, region: string): Readonly<Record<string, string>> => {
    const current = credentials();
    const { sessionToken } = current;
    const signed = { ...headers, host: url.host };
    const signature = signerOf(region)({ method: 'POST', path: url.pathname, headers: signed }, current)(body, nowMs());
    return { ...signed, ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }), ...signature };
  };
}
