import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '..');

export interface BundleOptions {
  /** `proxy` is lambdas/handlers/proxy.lambda.ts. */
  readonly handler: string;
  /** Folder that gets `index.mjs`. */
  readonly outDir: string;
  /**
   * Gives the module a `require`, for dependencies that are CommonJS inside, such as the AWS SDK.
   *
   * @default false - costs the cold start of the data plane nothing
   */
  readonly needsRequire?: boolean;
  /**
   * What the handler imports on demand becomes files of their own, read when it is first needed.
   *
   * @default false - one file
   */
  readonly splits?: boolean;
}

const requireBanner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Bundles one handler into `index.mjs`, in this process: no shell, no container, no lockfile look-up.
 * Throws when the handler does not build. The result is the same for the same sources, so it is also the asset's hash.
 */
export function bundleHandler({ handler, outDir, needsRequire = false, splits = false }: BundleOptions): Metafile {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [{ in: `lambdas/handlers/${handler}.lambda.ts`, out: 'index' }],
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    splitting: splits,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Many packages offer both; the ES module is what tree-shaking can cut.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    sourcemap: false,
    metafile: true,
    logLevel: 'warning',
    ...(needsRequire && { banner: { js: requireBanner } }),
  });
  return metafile;
}
