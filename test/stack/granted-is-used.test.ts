// The last file of the project, as vitest.config.ts orders them: what every function did in all the others.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStackAssembly } from '../../local/template/cloud-assembly.ts';
import { covers, type Probe } from '../../scripts/verify/access-probes.ts';
import { rowsFor } from '../../scripts/verify/check-access.ts';
import { functionPermissions } from '../../scripts/verify/function-permissions.ts';
import { readStackAccess, type StackAccess } from '../../scripts/verify/stack-access.ts';
import { type AccessRecord, readAccessRecord } from '../support/access-record.ts';
import { productAssembly } from '../support/local-stack.ts';

const root = join(import.meta.dirname, '..', '..');
const { testFiles, uses } = readAccessRecord();
const all = globSync('test/{contract,stack}/**/*.test.ts', { cwd: root }).map((path) => join(root, path));
const missing = all.filter((path) => !testFiles.includes(path) && path !== import.meta.filename);

async function readAccess(): Promise<StackAccess> {
  const { template, stackName } = await readStackAssembly(await productAssembly());
  return readStackAccess(template, stackName);
}

/** A use as a question to the table of permissions; several where it touched several kinds of partition. */
function probesOf({ functionName, action, resource, partitions, context }: AccessRecord, stack: StackAccess): Probe[] {
  const name = [...stack.arns].find(([, arn]) => arn.endsWith(`:function:${functionName}`))?.[0] ?? '';
  const [on, arn = ''] =
    [...stack.arns].find(([, known]) => resource === known || resource.startsWith(`${known}/`)) ?? [];
  if (on === undefined) return [];
  const probe = { functionName: name.replace(/Function$/, ''), action, on: on + resource.slice(arn.length), context };
  return partitions.length === 0 ? [probe] : partitions.map((partition) => ({ ...probe, partition }));
}

it('what the functions did was granted by the table of permissions', async () => {
  const stack = await readAccess();
  const probes = uses.flatMap((use) => probesOf(use, stack));
  const ungranted = probes.filter(
    (probe) => !functionPermissions[probe.functionName]?.some((permission) => covers(permission, probe, stack)),
  );
  expect(rowsFor(ungranted), 'each is a row of scripts/verify/function-permissions.ts to add').toEqual([]);
});

if (missing.length === 0) {
  it('what is granted was made use of: nothing could be taken away', async () => {
    const stack = await readAccess();
    const probes = uses.flatMap((use) => probesOf(use, stack));
    const unused = Object.entries(functionPermissions).flatMap(([functionName, permissions]) =>
      permissions
        .filter(({ usedBy }) => usedBy === undefined)
        .filter((one) => !probes.some((probe) => probe.functionName === functionName && covers(one, probe, stack)))
        .map((permission) => ({ functionName, ...permission })),
    );
    const granted = Object.values(functionPermissions).flat().length;
    process.stdout.write(
      `permissions: ${granted} granted, ${unused.length} never used in ${testFiles.length} test files\n`,
    );
    expect(unused, 'no test makes use of it: test it, or take the grant and its row away').toEqual([]);
  });
} else {
  it('is no run of every test: what is granted cannot all have been made use of', () => {
    process.stdout.write(
      `permissions: ${missing.length} test files did not run, so nothing is said of what is unused\n`,
    );
    expect(missing).not.toEqual([]);
  });
}
