import type { Metafile } from 'esbuild';

/** Minified, of what is read and compiled in every cold start. */
export const maxBundleBytes = 170_000;

/** With all that is loaded when it is first used: every dialect of every provider. */
export const maxWholeBytes = 330_000;

/** The files that importing the handler reads. */
export function findStatic({ outputs }: Pick<Metafile, 'outputs'>): ReadonlySet<string> {
  const found = new Set(Object.keys(outputs).filter((path) => path.endsWith('index.mjs')));
  for (const path of found) {
    for (const { kind, path: next } of outputs[path]?.imports ?? []) if (kind === 'import-statement') found.add(next);
  }
  return found;
}

interface Weights {
  readonly startBytes: number;
  readonly wholeBytes: number;
}

export function weighBundle({ outputs }: Pick<Metafile, 'outputs'>): Weights {
  const start = findStatic({ outputs });
  const sum = (files: readonly (readonly [string, { readonly bytes: number }])[]) =>
    files.reduce((total, [, { bytes }]) => total + bytes, 0);
  const files = Object.entries(outputs);
  return { startBytes: sum(files.filter(([path]) => start.has(path))), wholeBytes: sum(files) };
}

/** The only dependency that the data plane may carry. Full zod is `v4/classic`; the SDK, ajv and middy are others still. */
const allowedPackage = /^node_modules\/zod\/(v4\/(core|mini)\/|mini\/)/;

/** What must not be in a bundle of the data plane, a sentence each. Tree-shaken files do not count: they are not in it. */
export function findUnwanted({ outputs }: Pick<Metafile, 'outputs'>): string[] {
  const found: string[] = [];
  const { startBytes, wholeBytes } = weighBundle({ outputs });
  if (startBytes > maxBundleBytes) found.push(`it starts with ${startBytes} bytes, more than ${maxBundleBytes}`);
  if (wholeBytes > maxWholeBytes) found.push(`it has ${wholeBytes} bytes, more than ${maxWholeBytes}`);
  for (const { inputs, imports } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const isUnwanted = path.includes('node_modules/') && !allowedPackage.test(path);
      if (isUnwanted && bytesInOutput > 0) found.push(`it holds ${path}`);
    }
    // `import 'node:http'` builds the module's namespace, which loads undici: 25 ms that process.getBuiltinModule saves.
    for (const { path, external } of imports) if (external) found.push(`it imports ${path}`);
  }
  return found;
}

/** Bytes by origin: a package, or a folder of lambdas/. */
export function weighOrigins({ outputs }: Pick<Metafile, 'outputs'>): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = path.split('/').slice(0, 2).join('/');
      weights.set(origin, (weights.get(origin) ?? 0) + bytesInOutput);
    }
  }
  return weights;
}
