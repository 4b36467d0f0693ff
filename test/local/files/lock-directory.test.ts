import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryInUseError, lockDirectory } from '../../../local/files/lock-directory.ts';
import { writeFileAtomically } from '../../../local/files/write-file-atomically.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that holds the folder until it is killed. */
async function holdInAnotherProcess(directory: string) {
  const module = resolve(import.meta.dirname, '../../../local/files/lock-directory.ts');
  const script = `import { lockDirectory } from ${JSON.stringify(module)};
    lockDirectory(${JSON.stringify(directory)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]);
  await once(child.stdout, 'data');
  return child;
}

describe('a data folder', () => {
  test('is for one at a time, and free again after', () => {
    const directory = join(folder, 'data');
    const release = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUseError);
    release();
    lockDirectory(directory)();
  });

  test('that another live process holds is refused by its process id', async () => {
    const child = await holdInAnotherProcess(folder);
    expect(() => lockDirectory(folder)).toThrow(`in use by another gateway (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('whose holder was killed can be taken at once, whatever it left behind', async () => {
    const child = await holdInAnotherProcess(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDirectory(folder)();
  });

  test('is made for its owner alone', async () => {
    const directory = join(folder, 'a', 'b');
    lockDirectory(directory)();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });
});

test('a file that is replaced is for its owner alone, and whole', async () => {
  const path = join(folder, 'state.json');
  await writeFile(path, 'old', { mode: 0o644 });
  await writeFileAtomically(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
