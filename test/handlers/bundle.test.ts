import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleHandler } from '../../lib/bundle-handler.ts';
import { findStatic, findUnwanted, maxBundleBytes, maxWholeBytes, weighBundle } from '../bench/bundle-contents.ts';

const folder = mkdtempSync(join(tmpdir(), 'portcullis-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the bundle of the data plane', () => {
  const metafile = bundleHandler({ handler: 'proxy', outDir: folder, splits: true });

  it('reads no more than 170 KB in a cold start, and no provider’s dialect', () => {
    const { startBytes, wholeBytes } = weighBundle(metafile);
    expect(startBytes).toBeGreaterThan(10_000);
    expect(startBytes).toBeLessThanOrEqual(maxBundleBytes);
    expect(wholeBytes).toBeLessThanOrEqual(maxWholeBytes);
    const read = [...findStatic(metafile)].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
    expect(read.filter((path) => path.endsWith('/codec.ts'))).toEqual([]);
  });

  it('holds no SDK, no full zod, no middy, and imports no built-in by name', () => {
    expect(findUnwanted(metafile)).toEqual([]);
  });
});

describe('the check of a bundle', () => {
  /** What is found in a bundle of `code`, made as the data plane's is. */
  async function findIn(code: string): Promise<string[]> {
    const { metafile } = await build({
      absWorkingDir: join(import.meta.dirname, '../..'),
      stdin: { contents: code, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      outfile: join(folder, 'planted.mjs'),
      write: false,
      metafile: true,
    });
    return findUnwanted(metafile);
  }

  it.each([
    ['the SDK', "export { DynamoDBClient } from '@aws-sdk/client-dynamodb'", '@aws-sdk/client-dynamodb'],
    ['full zod', "import * as z from 'zod'; export const schema = z.object({})", 'zod/v4/classic'],
    ['middy', "export { default } from '@middy/core'", '@middy/core'],
    ['a built-in imported by name', "import http from 'node:http'; export const agent = new http.Agent()", 'node:http'],
  ])('finds %s', async (_name, code, expected) => {
    expect(await findIn(code)).toContainEqual(expect.stringContaining(expected));
  });

  it('finds a bundle too large', async () => {
    expect(await findIn(`export const text = '${'x'.repeat(maxWholeBytes)}'`)).toContainEqual(
      expect.stringContaining('bytes'),
    );
  });

  it('passes what the data plane is made of', async () => {
    expect(await findIn("import * as z from 'zod/mini'; export const schema = z.object({})")).toEqual([]);
  });
});
