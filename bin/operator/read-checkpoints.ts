import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { KeptCheckpoint } from '../../lambdas/domain/audit/checkpoint.ts';
import { CliError } from './cli-error.ts';

const kept = z.object({ note: z.string(), heads: z.array(z.string()) });

/** Throws CliError that names the line which is no JSON. */
export function parseLines(text: string, path: string): unknown[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      return [value];
    } catch {
      throw new CliError('usage', `Line ${index + 1} of ${path} is not JSON: one object per line is expected.`);
    }
  });
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('usage', `${path} cannot be read.`, { cause });
  }
}

/** `000000000001.note` and `000000000001.<root>.heads`, as they lie in the archive. */
async function readFolder(folder: string): Promise<KeptCheckpoint[]> {
  const names = (await readdir(folder)).toSorted();
  const read = names
    .filter((name) => name.endsWith('.note'))
    .map(async (name) => {
      const note = await readText(join(folder, name));
      const root = (note.split('\n')[2] ?? '').replaceAll('/', '_').replaceAll('+', '-').replaceAll('=', '');
      const heads = await readText(join(folder, name.replace(/note$/, `${root}.heads`)));
      return { note, heads: heads.split('\n').filter((line) => line !== '') };
    });
  return Promise.all(read);
}

/** From a folder as the archive has it, or a file with one JSON object per line, each a note with its heads. */
export async function readCheckpoints(path: string): Promise<KeptCheckpoint[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return readFolder(path);
  const parsed = z.array(kept).safeParse(parseLines(await readText(path), path));
  if (!parsed.success) throw new CliError('usage', `${path} holds something that is no checkpoint.`);
  return parsed.data;
}
