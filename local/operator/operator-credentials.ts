import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../files/write-file-atomically.ts';
import { localRegion } from '../template/physical-identity.ts';

const operatorCredentials = z.object({
  /** The gateway's address, without a path; written anew at each start, as the operator's CLI reads it here. */
  url: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});
/** What signs a request to the operator's routes. */
export type OperatorCredentials = z.infer<typeof operatorCredentials>;

export interface OperatorCredentialsSource {
  readonly path: string;
  readonly url: string;
  readonly randomBytes: (size: number) => Buffer;
}

/** The credentials of this data folder, made at its first start and kept; the file (mode 0600) names the current `url`. */
export async function ensureOperatorCredentials(source: OperatorCredentialsSource): Promise<OperatorCredentials> {
  const kept = await readCredentials(source.path);
  const credentials: OperatorCredentials = {
    url: source.url,
    region: localRegion,
    accessKeyId: kept?.accessKeyId ?? `LOCALOPERATOR${source.randomBytes(4).toString('hex').toUpperCase()}`,
    secretAccessKey: kept?.secretAccessKey ?? source.randomBytes(30).toString('base64url'),
  };
  await writeFileAtomically(source.path, `${JSON.stringify(credentials, undefined, 2)}\n`);
  return credentials;
}

async function readCredentials(path: string): Promise<OperatorCredentials | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : operatorCredentials.parse(JSON.parse(text));
}
