import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { productAssembly } from './local-stack.ts';

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.looseObject({ ScheduleExpression: z.string().optional() }).optional(),
    }),
  ),
});

const EVERY_MS = 2_000;
const LASTING_MS = 180_000;

/**
 * The product's assembly, in a folder of its own, in which every schedule runs each other second for a while, instead of
 * each minute: the same rules, targets and functions, by rules that run at a given time.
 */
export async function hurriedAssembly(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-hurried-'));
  await cp(await productAssembly(), folder, { recursive: true });
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new Error('the assembly has no template');
  const path = join(folder, file);
  const { Resources, ...rest } = template.parse(JSON.parse(readFileSync(path, 'utf8')));
  const nowMs = Date.now();
  const hurried = Object.entries(Resources).flatMap(([id, resource]) => {
    if (resource.Type !== 'AWS::Events::Rule') return [[id, resource]];
    return Array.from({ length: LASTING_MS / EVERY_MS }, (_, index) => {
      const at = new Date(nowMs + index * EVERY_MS).toISOString().slice(0, 19);
      const Properties = { ...resource.Properties, ScheduleExpression: `at(${at})` };
      return [index === 0 ? id : `${id}At${index}`, { ...resource, Properties }];
    });
  });
  writeFileSync(path, JSON.stringify({ ...rest, Resources: Object.fromEntries(hurried) }));
  return folder;
}
