import { compilePolicy } from '../../local/iam/policy.ts';
import { covers, forbiddenProbes, type Probe, probesOf, requestOf } from './access-probes.ts';
import { functionPermissions } from './function-permissions.ts';
import { simulate } from './simulate-access.ts';
import type { FunctionAccess, StackAccess } from './stack-access.ts';

export interface AccessReport {
  /** Questions that were put to the policies of a function. */
  readonly questions: number;
  /** How many of them an independent evaluator answered as well. */
  readonly simulated: number;
  readonly objections: readonly string[];
}

/** Whether the table of permissions says yes. */
export function isPermitted(probe: Probe, stack: StackAccess): boolean {
  return functionPermissions[probe.functionName]?.some((permission) => covers(permission, probe, stack)) ?? false;
}

export function describeProbe({ functionName, action, on, context }: Probe): string {
  return `${functionName}: ${action} on ${on}, ${JSON.stringify(context)}`;
}

const table = 'scripts/verify/function-permissions.ts';

/** What the policies allow and the table does not, or the other way round, each with the row that it is about. */
export function differencesOf({ name, statements }: FunctionAccess, stack: StackAccess): string[] {
  const allows = compilePolicy(statements);
  const differing = probesOf(name, stack).filter(
    (probe) => allows(requestOf(probe, stack)) !== isPermitted(probe, stack),
  );
  const tooMuch = rowsFor(differing.filter((probe) => !isPermitted(probe, stack)));
  const tooLittle = rowsFor(differing.filter((probe) => isPermitted(probe, stack)));
  return [
    ...tooMuch.map(
      (row) => `${name} may, and should not: ${row}. Take it out of its construct, or add the row to ${table}`,
    ),
    ...tooLittle.map(
      (row) => `${name} may not, and should: ${row}. Grant it in a construct, or take the row out of ${table}`,
    ),
  ];
}

/** The rows of the table of permissions that questions are about. */
export function rowsFor(probes: readonly Probe[]): string[] {
  const kinds = Map.groupBy(probes, ({ action, on, partition }) => JSON.stringify([action, on, partition]));
  return [...kinds.values()].flatMap((kind) => {
    const inTransaction = kind.every(({ context }) => context['dynamodb:EnclosingOperation'] === 'TransactWriteItems');
    return kind.slice(0, 1).map(({ action, on, partition, context }) => {
      const key = partition?.replaceAll(/\bx\b/g, '*');
      const when = action.startsWith('kms:') ? context : undefined;
      return JSON.stringify({ action, on, partition: key, inTransaction: inTransaction || undefined, when });
    });
  });
}

/**
 * Holds the policies of a stack to the table of permissions, and to the promises that no grant may break.
 * @param sampleEvery of how many questions one is asked of the independent evaluator; 1 for all
 */
export async function checkAccess(stack: StackAccess, sampleEvery: number): Promise<AccessReport> {
  const names = stack.functions.map(({ name }) => name);
  const unknown = names.filter((name) => functionPermissions[name] === undefined);
  const absent = Object.keys(functionPermissions).filter((name) => !names.includes(name));
  const reports = await Promise.all(stack.functions.map((each) => checkFunction(each, stack, sampleEvery)));
  return {
    questions: reports.reduce((sum, { questions }) => sum + questions, 0),
    simulated: reports.reduce((sum, { simulated }) => sum + simulated, 0),
    objections: [
      ...unknown.map((name) => `${name} is not in the table of permissions`),
      ...absent.map((name) => `${name} is in the table of permissions, and nowhere else`),
      ...reports.flatMap(({ objections }) => objections),
    ],
  };
}

async function checkFunction(
  { name, roleArn, statements }: FunctionAccess,
  stack: StackAccess,
  sampleEvery: number,
): Promise<AccessReport> {
  const allows = compilePolicy(statements);
  const probes = probesOf(name, stack);
  const forbidden = forbiddenProbes(name, stack);
  const objections = [
    ...differencesOf({ name, roleArn, statements }, stack),
    ...forbidden
      .filter(({ probe }) => allows(requestOf(probe, stack)) || isPermitted(probe, stack))
      .map(({ promise, probe }) => `breaks "${promise}": ${describeProbe(probe)}`),
  ];
  const asked = [...probes, ...forbidden.map(({ probe }) => probe)].filter(
    (_probe, index) => index % sampleEvery === 0,
  );
  for (const probe of asked) {
    const answer = await simulate({ principal: roleArn, statements }, requestOf(probe, stack), stack);
    if (answer !== isPermitted(probe, stack)) objections.push(`iam-simulate says otherwise: ${describeProbe(probe)}`);
  }
  return { questions: probes.length + forbidden.length, simulated: asked.length, objections };
}
