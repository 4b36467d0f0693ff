import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalOptions, type LocalStack, startLocal } from '../../local/start.ts';
import { ensureAssembly } from '../../local/synthesize.ts';
import { recordAccess, recordDenial } from './access-record.ts';

/** Kept across runs, and made anew whenever a source has changed. */
const assemblyCache = resolve(import.meta.dirname, '../../node_modules/.cache/portcullis/assembly');

export interface TestStack extends LocalStack {
  readonly dataDir: string;
  /** Every line that the runner has printed. */
  readonly lines: readonly string[];
}

/** The assembly of the product's own stack, synthesized at most once for all tests. */
export function productAssembly(): Promise<string> {
  const environment = { PATH: process.env['PATH'] };
  return ensureAssembly({ cacheDir: assemblyCache, environment, onSynthesize: () => undefined });
}

/**
 * The whole gateway in this process, on a free port and (unless one is given) a data folder of its own that goes when it
 * stops. Nothing of this process's environment reaches it but `PATH`.
 */
export async function startTestStack(options: Partial<LocalOptions> = {}): Promise<TestStack> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'portcullis-')));
  const lines: string[] = [];
  const stack = await startLocal({
    port: 0,
    upstreams: new Map(),
    assemblyDir: options.assemblyDir ?? (await productAssembly()),
    log: (line) => lines.push(line),
    onAccess: recordAccess,
    onDenial: recordDenial,
    ...options,
    dataDir,
    environment: { PATH: process.env['PATH'], ...options.environment },
  });
  const stop = async () => {
    await stack.stop();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  return { ...stack, dataDir, lines, stop };
}

/** The physical name of the one whose logical id begins so. */
export function nameOf(names: Readonly<Record<string, string>>, logicalId: string): string {
  const [, name] = Object.entries(names).find(([id]) => id.startsWith(logicalId)) ?? [];
  if (name === undefined) throw new Error(`the stack has no ${logicalId}`);
  return name;
}

/** The physical name of a table. */
export function tableNamed({ tables }: LocalStack, logicalId: string): string {
  return nameOf(tables, logicalId);
}
