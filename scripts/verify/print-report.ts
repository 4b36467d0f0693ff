import type { StackReport, VerifyReport } from './verify-app.ts';

function verdict(name: string, objections: readonly string[], proven: string): string[] {
  if (objections.length === 0) return [`✓ ${name}: ${proven}`];
  return [`✗ ${name}: ${objections.length} objections`, ...objections.map((objection) => `    ${objection}`)];
}

function describeStack({ stack, resources, schema, invariants: broken, access }: StackReport, held: number): string[] {
  const objections = Object.entries(broken).flatMap(([name, at]) => at.map((where) => `${name}: ${where}`));
  return [
    `\n${stack}`,
    ...verdict('CloudFormation schema', schema, `${resources} resources`),
    ...verdict('invariants', objections, `${held} hold`),
    ...(access === undefined
      ? []
      : verdict(
          'permissions',
          access.objections,
          `${access.questions} questions, ${access.simulated} of them answered twice, by an independent evaluator`,
        )),
  ];
}

/** One report for people. `acknowledgements`: with every finding that was accepted, and why. */
export function printReport(report: VerifyReport, acknowledgements: boolean): string {
  const { stacks, packs, findings, acknowledged, invariants, documents, ok } = report;
  const standing = findings.map(({ pack, rule, path }) => `${rule} (${pack}): ${path}`);
  const accepted = acknowledged.map(({ id, path, reason }) => `    ${path}\n      ${id}\n      ${reason}`);
  return [
    ...verdict(
      'compliance',
      standing,
      `${packs.join(', ')}: 0 findings stand, ${acknowledged.length} acknowledged with a reason`,
    ),
    ...(acknowledgements ? accepted : []),
    ...stacks.flatMap((stack) => describeStack(stack, invariants.length)),
    '',
    ...verdict('documents', documents, 'every control names its construct and its test'),
    ok ? '\nNothing stands against a deployment.' : '\nNot to be deployed as it is.',
    '',
  ].join('\n');
}
