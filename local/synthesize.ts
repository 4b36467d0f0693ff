import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { StartError } from './start-error.ts';

const projectRoot = resolve(import.meta.dirname, '..');

/** Everything that the assembly is made from. */
const inputs = ['bin/gateway.ts', 'lib', 'lambdas', 'cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

export interface SynthesisOptions {
  /** Where assemblies are kept; the newest alone stays. */
  readonly cacheDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called where an assembly has to be made. */
  readonly onSynthesize: () => void;
}

/**
 * The folder of an up-to-date cloud assembly of the stage `local`: one made before from the same sources, or a new one.
 * @throws StartError with the CDK app's own message where it fails.
 */
export async function ensureAssembly({ cacheDir, environment, onSynthesize }: SynthesisOptions): Promise<string> {
  const target = join(cacheDir, await fingerprintSources());
  if (existsSync(join(target, 'manifest.json'))) return target;
  onSynthesize();
  await rm(cacheDir, { recursive: true, force: true });
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  // A crash leaves a draft, which is never taken for an assembly.
  const draft = `${target}.${process.pid}`;
  await runCdkApp(draft, environment);
  await rename(draft, target);
  return target;
}

function runCdkApp(outputDir: string, environment: SynthesisOptions['environment']): Promise<void> {
  const { PATH, HOME, TMPDIR } = environment;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(projectRoot, 'bin/gateway.ts')],
    {
      cwd: projectRoot,
      env: { PATH, HOME, TMPDIR, PORTCULLIS_STAGES: 'local', CDK_OUTDIR: outputDir },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) done();
      else reject(new StartError(`The stack could not be synthesized:\n${Buffer.concat(errors).toString('utf8')}`));
    });
  });
}

async function fingerprintSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  const files = (await Promise.all(inputs.map((input) => listFiles(join(projectRoot, input))))).flat().toSorted();
  for (const file of files) {
    const content = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    hash.update(`${relative(projectRoot, file)}\0${content}\0`);
  }
  return hash.digest('hex').slice(0, 32);
}

async function listFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
