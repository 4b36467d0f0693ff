import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePolicy } from '../../../local/iam/policy.ts';
import type { PolicyStatement } from '../../../local/template/permission-model.ts';
import { covers, forbiddenProbes, type Probe, probesOf, requestOf } from '../../../scripts/verify/access-probes.ts';
import { describeProbe, differencesOf, isPermitted } from '../../../scripts/verify/check-access.ts';
import { functionPermissions } from '../../../scripts/verify/function-permissions.ts';
import { narrow, widen } from '../../../scripts/verify/policy-mutations.ts';
import { renderFunctionPermissions } from '../../../scripts/verify/render-permissions.ts';
import { simulate } from '../../../scripts/verify/simulate-access.ts';
import { readStackAccess } from '../../../scripts/verify/stack-access.ts';
import { stageTemplates } from '../../support/synthesize.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;

/** All stages have the same policies, as is tested below: what is said of one holds for each. */
const [first, ...others] = stageTemplates.map(({ template }) => readStackAccess(template, 'portcullis'));
if (first === undefined) throw new Error('there is no stage');
const stack = first;
const names = stack.functions.map(({ name }) => name);

function functionNamed(name: string) {
  const found = stack.functions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}

const isGranted = (probe: Probe) => isPermitted(probe, stack);

test('every function is in the table of permissions, and no other', () => {
  expect(Object.keys(functionPermissions).sort()).toEqual([...names].sort());
});

test('every stage grants the same', () => {
  for (const other of others) expect(other.functions).toEqual(stack.functions);
});

describe.each(names)('%s', (name) => {
  const { roleArn, statements } = functionNamed(name);
  const probes = probesOf(name, stack);
  const allows = compilePolicy(statements);

  test('may do what the table says, and nothing else', () => {
    expect(probes.length).toBeGreaterThan(3_000);
    expect(differencesOf(functionNamed(name), stack)).toEqual([]);
  });

  test('is given each permission of the table by a question that only it covers', () => {
    for (const permission of functionPermissions[name] ?? []) {
      const covered = probes.filter((probe) => covers(permission, probe, stack));
      expect(covered.length, JSON.stringify(permission)).toBeGreaterThan(0);
    }
  });

  test('can do nothing that no grant may ever allow', () => {
    const forbidden = forbiddenProbes(name, stack);
    expect(forbidden.length).toBeGreaterThan(50);
    for (const { promise, probe } of forbidden) {
      expect(allows(requestOf(probe, stack)), `${promise} ${describeProbe(probe)}`).toBe(false);
      expect(isGranted(probe), `the table breaks a promise: ${promise} ${describeProbe(probe)}`).toBe(false);
    }
  });

  test('an independent evaluator says the same', async () => {
    const every = isProof ? 1 : 90;
    const asked = [...probes, ...forbiddenProbes(name, stack).map(({ probe }) => probe)].filter(
      (probe, index) => index % every === 0 || (isGranted(probe) && index % 3 === 0),
    );
    const differing: string[] = [];
    for (const probe of asked) {
      const answer = await simulate({ principal: roleArn, statements }, requestOf(probe, stack), stack);
      if (answer !== isGranted(probe)) differing.push(describeProbe(probe));
    }
    expect(differing).toEqual([]);
    process.stdout.write(`access of ${name}: ${asked.length} of ${probes.length} questions asked of iam-simulate\n`);
  }, 600_000);

  test('a statement that allows one thing more is found out', () => {
    const refused = probes.filter((probe) => !isGranted(probe)).map((probe) => requestOf(probe, stack));
    const isFoundOut = (statement: PolicyStatement) => {
      const more = compilePolicy([statement]);
      return refused.some(more);
    };
    const mutations = statements.flatMap(widen);
    expect(mutations.length).toBeGreaterThan(20);
    const missed = mutations.filter(({ statement }) => !isFoundOut(statement));
    expect(missed.map(({ what, statement }) => `${what}: ${JSON.stringify(statement)}`)).toEqual([]);
  });

  test('a statement that allows one thing less, or is not there, is found out', () => {
    const permitted = probes.filter(isGranted).map((probe) => requestOf(probe, stack));
    const missed = statements.flatMap((statement, index) => {
      const rest = statements.filter((_other, place) => place !== index);
      const less = [...narrow(statement), { what: 'all of it is left out', statement: undefined }];
      return less.filter((mutation) => {
        const policy = compilePolicy(mutation.statement === undefined ? rest : [...rest, mutation.statement]);
        return permitted.every(policy);
      });
    });
    expect(missed.map(({ what, statement }) => `${what}: ${JSON.stringify(statement)}`)).toEqual([]);
  });

  test('fits into a managed policy', () => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    // IAM takes 6,144 characters; names that CloudFormation generates are 13 longer than those here, each.
    expect(text.length).toBeLessThan(5_500);
  });
});

test('the page about it is what the table says', () => {
  const page = readFileSync(new URL('../../../docs/function-permissions.md', import.meta.url), 'utf8');
  expect(page, 'npm run verify -- --write').toBe(renderFunctionPermissions());
});
