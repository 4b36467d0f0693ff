import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The data folder belongs to another live process. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';

  constructor(directory: string, holder: string | undefined) {
    super(`The data folder ${directory} is in use by another gateway${holder ? ` (process ${holder})` : ''}.`);
  }
}

/**
 * Takes a folder for this process alone, creating it with mode 0700. The lock is the operating system's, on an SQLite
 * file, so it ends with the process however that ends: there is no stale lock to clear up after `kill -9`.
 * @returns what gives the folder free again.
 * @throws DirectoryInUseError
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const holderFile = join(directory, 'runner.pid');
  const lockFile = join(directory, 'runner.lock');
  const database = new DatabaseSync(lockFile);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch {
    database.close();
    throw new DirectoryInUseError(directory, readHolder(holderFile));
  }
  chmodSync(lockFile, 0o600);
  writeFileSync(holderFile, String(process.pid), { mode: 0o600 });
  return () => database.close();
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
