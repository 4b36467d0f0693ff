import { functionPermissions, type Permission } from './function-permissions.ts';
import { prohibitions } from './prohibitions.ts';

function code(values: readonly string[]): string {
  return [...new Set(values)].map((value) => `\`${value}\``).join(' ');
}

/** Of one action on one resource: the partitions, and what has to be so. */
interface Entry {
  readonly on: string;
  readonly action: string;
  readonly partitions: string;
  readonly where: string;
}

function entriesOf(permissions: readonly Permission[]): Entry[] {
  const whereOf = ({ inTransaction = false, when = {} }: Permission) =>
    [...(inTransaction ? ['within a transaction'] : []), ...describeWhen(when)].join('; ');
  const groups = Map.groupBy(permissions, (permission) =>
    [permission.on, permission.action, whereOf(permission)].join(),
  );
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({
      on: first.on,
      action: first.action,
      partitions: code(
        group.flatMap(({ partition }) => (partition === undefined ? [] : [partition.replaceAll('*', '…')])),
      ),
      where: whereOf(first),
    })),
  );
}

/** Actions on the same things, under the same conditions, stand in one row. */
function rowsOf(permissions: readonly Permission[]): string[] {
  const groups = Map.groupBy(entriesOf(permissions), ({ on, partitions, where }) =>
    [`\`${on}\``, partitions, where].join(' | '),
  );
  return [...groups].map(([rest, entries]) => `| ${code(entries.map(({ action }) => action))} | ${rest} |`);
}

function describeWhen(when: Readonly<Record<string, string>>): string[] {
  const table = when['kms:EncryptionContext:aws:dynamodb:tableName'];
  if (table !== undefined) return [`by DynamoDB, for \`${table}\``];
  return Object.entries(when).map(([key, value]) => describeCondition(key, value));
}

function describeCondition(key: string, value: string): string {
  const name = key.replace('kms:EncryptionContext:', '');
  return value === 'present' ? `${name} is named` : `${name} is \`${value}\``;
}

/** The whole page. */
export function renderFunctionPermissions(): string {
  const functions = Object.entries(functionPermissions).flatMap(([name, permissions]) => [
    `## ${name}`,
    '| actions | on | of partitions | only where |',
    '|---|---|---|---|',
    ...rowsOf(permissions),
    '',
  ]);
  return `# What each function may do

Written by \`npm run verify -- --write\` from [scripts/verify/function-permissions.ts](../scripts/verify/function-permissions.ts);
a test fails while it is behind. Each function has a role of its own with one managed policy. That the policies allow this and
nothing else is evaluated from the synthesized template, by two evaluators; that each function needs all of it is seen in a
run of the whole stack, which holds every function to its policies and notes what it uses. Statements that are widened or
narrowed by one step, each in turn, are found out.

${functions.join('\n')}
## What no grant may ever allow
${prohibitions.map(({ promise }) => `- ${promise}`).join('\n')}
`;
}
