import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../files/write-file-atomically.ts';
import { StartError } from '../start-error.ts';
import type { OperatorClient } from './operator-client.ts';

const state = z.object({ accountId: z.string() });
const createdAccount = z.looseObject({ id: z.string(), key: z.looseObject({ key: z.string() }) });

/** The local account; `masterKey` only at the start that created it, as it is kept nowhere. */
export interface LocalAccount {
  readonly accountId: string;
  readonly masterKey?: string;
}

/**
 * The account of this data folder. At the first start it is created, by the operator's own route, with a master key. A
 * crash before the file is written leaves an account that nobody has a key to, and the next start creates another.
 * @throws StartError where the gateway refuses.
 */
export async function ensureFirstAccount(statePath: string, operator: OperatorClient): Promise<LocalAccount> {
  const kept = await readFile(statePath, 'utf8').catch(() => undefined);
  if (kept !== undefined) return state.parse(JSON.parse(kept));
  const { status, body } = await operator('POST', '/admin/accounts', { name: 'local', plan: 'enterprise' });
  const { data: created } = createdAccount.safeParse(body);
  if (status !== 201 || created === undefined) {
    throw new StartError(`The first account could not be created: the gateway answered ${status}.`);
  }
  await writeFileAtomically(statePath, `${JSON.stringify({ accountId: created.id })}\n`);
  return { accountId: created.id, masterKey: created.key.key };
}

/**
 * Stores the providers' credentials through the operator's route, so that they are encrypted as in AWS.
 * @throws StartError that names the provider whose credential the gateway refuses.
 */
export async function storeProviderCredentials(
  credentials: ReadonlyMap<string, string>,
  operator: OperatorClient,
): Promise<void> {
  await Promise.all(
    [...credentials].map(async ([name, apiKey]) => {
      const { status } = await operator('PUT', `/admin/providers/${name}/credential`, { api_key: apiKey });
      if (status !== 200) {
        throw new StartError(`The credential of ${name} could not be stored: the gateway answered ${status}.`);
      }
    }),
  );
}
