import { rm } from 'node:fs/promises';
import { writeFileAtomically } from './files/write-file-atomically.ts';
import type { LocalStack } from './start.ts';

/** Removes what an earlier run left, so that whoever waits for the file does not take that for this run's. */
export async function removeReadyFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Tells whoever waits that the gateway is ready, and how to reach it. Mode 0600, as it may hold the key. */
export async function writeReadyFile(
  path: string,
  { baseUrl, masterKey, accountId }: Pick<LocalStack, 'baseUrl' | 'masterKey' | 'accountId'>,
  pid: number,
): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify({ baseUrl, masterKey, accountId, pid }, undefined, 2)}\n`);
}
