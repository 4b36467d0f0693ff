// What a cold start has to read, compile and run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENV } from '../../lambdas/env.ts';
import { bundleHandler } from '../../lib/bundle-handler.ts';
import { findUnwanted, maxBundleBytes, maxWholeBytes, weighBundle, weighOrigins } from './bundle-contents.ts';
import { atMost, type Figure, type Section } from './report.ts';
import { median } from './statistics.ts';

const coldImport = fileURLToPath(new URL('cold-import.mjs', import.meta.url));

const environment = {
  ...Object.fromEntries(Object.values(ENV).map((name) => [name, 'bench'])),
  [ENV.environments]: JSON.stringify(['production']),
  [ENV.upstreams]: JSON.stringify({ openai: { baseUrl: 'https://api.openai.com/v1', credential: 'required' } }),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** In a process of its own, with nothing in any cache but the file system's. */
function importCold(file: string): number {
  return Number(execFileSync(process.execPath, [coldImport, file], { env: environment, encoding: 'utf8' }));
}

interface ImportTimes {
  readonly emptyMs: number;
  readonly bundleMs: number;
}

function timeImports(bundle: string, empty: string, runs: number): ImportTimes {
  const times = Array.from({ length: runs }, () => ({ emptyMs: importCold(empty), bundleMs: importCold(bundle) }));
  return {
    emptyMs: median(times.map(({ emptyMs }) => emptyMs)),
    bundleMs: median(times.map(({ bundleMs }) => bundleMs)),
  };
}

/** Throws where the bundle holds what the data plane must not carry: then no other figure of it means anything. */
export function benchBundle(runs: number): Section {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'));
  try {
    const metafile = bundleHandler({ handler: 'proxy', outDir: folder, splits: true });
    const unwanted = findUnwanted(metafile);
    if (unwanted.length > 0) throw new Error(`the data plane's bundle is not clean: ${unwanted.join('; ')}`);
    const bundle = join(folder, 'index.mjs');
    const empty = join(folder, 'empty.mjs');
    writeFileSync(
      empty,
      'export const handler = awslambda.streamifyResponse(async (event, stream) => stream.end());\n',
    );
    const { emptyMs, bundleMs } = timeImports(bundle, empty, runs);
    const { startBytes, wholeBytes } = weighBundle(metafile);
    const timing = (row: string, value: number): Figure => ({
      table: `Cold import, median of ${runs} processes`,
      row,
      column: 'ms',
      value,
    });
    const weights = [...weighOrigins(metafile)].toSorted(([, left], [, right]) => right - left);
    return {
      figures: [
        timing('empty handler', emptyMs),
        timing('data plane', bundleMs),
        ...[
          ...weights,
          ['read by a cold start', startBytes] as const,
          ['whole bundle, minified', wholeBytes] as const,
        ].map(
          ([row, bytes]): Figure => ({ table: 'Bundle of the data plane', row, column: 'KB', value: bytes / 1000 }),
        ),
      ],
      goals: [
        atMost('read by a cold start', startBytes / 1000, maxBundleBytes / 1000, 'KB'),
        atMost('bundle', wholeBytes / 1000, maxWholeBytes / 1000, 'KB'),
        atMost('cold import', bundleMs / emptyMs, 6, 'x empty'),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
