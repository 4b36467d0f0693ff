import type { Metafile } from 'esbuild';

/** Minified. Every kilobyte is read and compiled in every cold start. */
export const maxBundleBytes = 150_000;

/** The only dependency that the data plane may carry. Full zod is `v4/classic`; the SDK, ajv and middy are others still. */
const allowedPackage = /^node_modules\/zod\/(v4\/(core|mini)\/|mini\/)/;

/** What must not be in a bundle of the data plane, a sentence each. Tree-shaken files do not count: they are not in it. */
export function findUnwanted({ outputs }: Pick<Metafile, 'outputs'>): string[] {
  const found: string[] = [];
  for (const { bytes, inputs, imports } of Object.values(outputs)) {
    if (bytes > maxBundleBytes) found.push(`it has ${bytes} bytes, more than ${maxBundleBytes}`);
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
