import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLogGroups } from '../../../local/logs/log-group.ts';
import { waitUntil } from '../../support/wait-until.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a log group', () => {
  test('has every line on disk once it is closed, in order, with its time', async () => {
    let nowMs = 0;
    const logs = openLogGroups(folder, () => ++nowMs);
    const stream = logs.openStream('/aws/lambda/f', 'one');
    for (let index = 1; index <= 1000; index += 1) stream.write(`line ${index}`);
    await logs.close();
    const lines = (await readFile(join(folder, 'aws/lambda/f/one.log'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      Array.from({ length: 1000 }, (_, index) => ({ timestamp: index + 1, message: `line ${index + 1}` })),
    );
  });

  test('has a line on disk soon after it was written', async () => {
    const logs = openLogGroups(folder, Date.now);
    logs.openStream('g', 's').write('now');
    await waitUntil('the line is written', async () =>
      (await readFile(join(folder, 'g', 's.log'), 'utf8').catch(() => '')).includes('now'),
    );
    await logs.close();
  });

  test('is for its owner alone, and is added to, not replaced', async () => {
    for (const line of ['first', 'second']) {
      const logs = openLogGroups(folder, Date.now);
      logs.openStream('g', 's').write(line);
      await logs.close();
    }
    expect(await readFile(join(folder, 'g', 's.log'), 'utf8')).toMatch(/first[\s\S]*second/);
    expect((await stat(join(folder, 'g', 's.log'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'g'))).mode & 0o777).toBe(0o700);
  });

  test('whose name would lead out of the folder does not', async () => {
    const logs = openLogGroups(join(folder, 'logs'), Date.now);
    logs.openStream('../../outside', '../s').write('x');
    await logs.close();
    expect((await stat(join(folder, 'logs'))).isDirectory()).toBe(true);
    await expect(stat(join(folder, 'outside'))).rejects.toThrow(/ENOENT/);
  });

  test('takes nothing after it is closed, and does not fail', async () => {
    const logs = openLogGroups(folder, Date.now);
    const stream = logs.openStream('g', 's');
    await stream.close();
    stream.write('late');
    await logs.close();
    expect(await readFile(join(folder, 'g', 's.log'), 'utf8')).toBe('');
  });
});
