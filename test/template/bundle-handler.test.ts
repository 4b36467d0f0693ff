import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BundleOptions, bundleHandler } from '../../lib/bundle-handler.ts';

function bundle(options: Omit<BundleOptions, 'outDir'>) {
  const outDir = mkdtempSync(join(tmpdir(), 'portcullis-bundle-'));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  const { inputs } = bundleHandler({ ...options, outDir });
  return {
    files: readdirSync(outDir),
    code: readFileSync(join(outDir, 'index.mjs'), 'utf8'),
    inputs: Object.keys(inputs),
  };
}

describe('the bundle of the data plane', () => {
  test('begins with one module, and has the dialects in others, which it loads when they are spoken', () => {
    const { files, code } = bundle({ handler: 'proxy', splits: true });
    expect(files).toContain('index.mjs');
    expect(files.every((file) => file.endsWith('.mjs'))).toBe(true);
    expect(code).toMatch(/import\("\.\/call-translated-\w+\.mjs"\)/);
    expect(files.length).toBeGreaterThan(10);
  });

  test('holds no SDK, no middleware, no full zod, and no way to require one', () => {
    const { code, inputs } = bundle({ handler: 'proxy', splits: true });
    const packages = new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
    expect([...packages]).toEqual(['zod']);
    expect(inputs.filter((path) => path.includes('zod/v4/classic/'))).toEqual([]);
    expect(code).not.toContain('createRequire');
  });

  test('exports a handler', () => {
    expect(bundle({ handler: 'proxy' }).code).toMatch(/export\s*\{[^}]*\bas handler\b/);
  });
});

describe('any bundle', () => {
  test('is the same for the same sources, so that nothing is deployed anew without a change', () => {
    const options = { handler: 'admin', needsRequire: true };
    expect(bundle(options).code).toBe(bundle(options).code);
  });

  test('holds neither a source map nor a path of the machine that built it', () => {
    for (const options of [{ handler: 'proxy' }, { handler: 'admin', needsRequire: true }]) {
      const { files, code } = bundle(options);
      expect(files).toEqual(['index.mjs']);
      expect(code).not.toContain('sourceMappingURL');
      expect(code).not.toContain(process.cwd());
    }
  });

  test('of a handler that does not exist fails the synthesis', () => {
    expect(() => bundle({ handler: 'nobody' })).toThrow(/nobody\.lambda\.ts/);
  });
});
