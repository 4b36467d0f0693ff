import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const names = z.record(z.string(), z.string()).default({});
const manifest = z.object({ dependencies: names, devDependencies: names, optionalDependencies: names });
const lockedPackage = z.object({ resolved: z.string().optional(), optionalDependencies: names });
const lock = z.object({ packages: z.record(z.string(), lockedPackage) });

const read = (file: string): unknown => JSON.parse(readFileSync(resolve(root, file), 'utf8'));

describe('what npm ci installs', () => {
  const { packages } = lock.parse(read('package-lock.json'));

  it('is pinned exactly', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest.parse(read('package.json'));
    const versions = Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('is known for every platform, also where the lockfile was written on another one', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });

  it('comes from whatever registry the installer is set up for', () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
