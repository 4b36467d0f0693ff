import { randomBytes as systemRandomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../aws-json/aws-error.ts';
import { type Authorize, type LocalEndpoint, serveAwsJson } from '../aws-json/server.ts';
import type { KeyDefinition } from './key-definition.ts';
import { KeyStore } from './key-store.ts';
import { managementOperations } from './management-operations.ts';
import { signingOperations } from './signing-operations.ts';
import { symmetricOperations } from './symmetric-operations.ts';

export interface LocalKmsOptions {
  /** Key material is kept in `kms/keys.json` in here, readable by its owner alone. */
  readonly dataDir: string;
  readonly keys: readonly KeyDefinition[];
  /** @default node:crypto's */
  readonly randomBytes?: ((bytes: number) => Buffer) | undefined;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Says why a caller may not do what it asks for. @default everybody may do everything */
  readonly authorize?: Authorize | undefined;
  /** Told of faults of the emulation's own; nothing of a request is in them. @default nobody */
  readonly onFault?: ((operation: string, error: unknown) => void) | undefined;
}

/** KMS on this machine: the service's protocol over keys of our own. See docs/local-engines.md. */
export async function startKms(options: LocalKmsOptions): Promise<LocalEndpoint> {
  const { dataDir, keys: definitions, randomBytes = systemRandomBytes, now = Date.now, authorize, onFault } = options;
  const path = join(dataDir, 'kms', 'keys.json');
  const keys = await KeyStore.open({ path, definitions, randomBytes, now });
  const all = [...symmetricOperations(keys, randomBytes), ...signingOperations(keys), ...managementOperations(keys)];
  const operations = new Map(all.map((operation) => [operation.name, operation]));
  return serveAwsJson({
    contentType: 'application/x-amz-json-1.1',
    targetPrefix: 'TrentService',
    errorNamespace: '',
    internalError: 'KMSInternalException',
    onFault,
    async handle(name, input, accessKeyId) {
      const operation = operations.get(name);
      if (operation === undefined) throw new AwsError('UnknownOperationException', null);
      const objection = authorize?.(accessKeyId, name, input);
      if (objection !== undefined) throw new AwsError('AccessDeniedException', objection);
      return operation.run(input);
    },
  });
}
