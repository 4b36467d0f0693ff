import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { localRegion } from '../template/physical-identity.ts';
import type { OperatorCredentials } from './operator-credentials.ts';

/** Signs for the API as AWS clients do: SigV4, service `execute-api`. */
export function createOperatorSigner(
  { accessKeyId, secretAccessKey }: Pick<OperatorCredentials, 'accessKeyId' | 'secretAccessKey'>,
  options: { readonly applyChecksum: boolean },
): SignatureV4 {
  return new SignatureV4({
    service: 'execute-api',
    region: localRegion,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: options.applyChecksum,
  });
}
