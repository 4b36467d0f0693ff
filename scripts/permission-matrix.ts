// `npm run permissions` writes docs/permissions.md from the tables that the gateway decides by; a test fails while it is behind.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type OperationName, operations, reachOf } from '../lambdas/domain/access/operations.ts';
import { type Permission, permissions, rolePermissions, roles } from '../lambdas/domain/access/permissions.ts';

const path = resolve(import.meta.dirname, '../docs/permissions.md');

const granted: ReadonlyMap<string, ReadonlySet<Permission>> = new Map([
  ['master key', new Set(permissions)],
  ...roles.map((role) => [role, new Set(rolePermissions[role])] as const),
  ['`spend_limit` key', new Set<Permission>(['inference'])],
]);

const cells = { all: 'yes', own: 'own', none: '' } as const;

function isOperation(name: string): name is OperationName {
  return name in operations;
}

function rowOf(cellsOfRow: readonly string[]): string {
  return `| ${cellsOfRow.join(' | ')} |`;
}

function renderOperation(operation: OperationName): string {
  const access = operations[operation];
  const needed = access === 'anyone' ? 'any key' : Object.values(access).map((permission) => `\`${permission}\``);
  const columns = [...granted.values()].map((set) => cells[reachOf(set, operation) ?? 'none']);
  return rowOf([`\`${operation}\``, [needed].flat().join(' or '), ...columns]);
}

function renderPermission(permission: Permission): string {
  return rowOf([`\`${permission}\``, ...[...granted.values()].map((set) => (set.has(permission) ? cells.all : ''))]);
}

/** The whole page. */
export function renderPermissions(): string {
  const heads = [...granted.keys()];
  const line = (count: number) => `|${'---|'.repeat(count)}`;
  return `# Who may do what

A member has one role; a key of theirs may what the role may, or less: \`permissions\` or a lower \`role\` on the key narrow it. A
\`user\` key that belongs to no member has the \`permissions\` that it was given, and without any it calls models and no more. A
master key may everything. **own**: with the keys of the calling member alone. Nobody hands out, changes or revokes more than
they may themselves, so an admin neither makes an owner nor touches an owner's keys.

Written by \`npm run permissions\` from \`lambdas/domain/access\`; every cell is tested through the router.

## Operations
${rowOf(['operation', 'takes', ...heads])}
${line(heads.length + 2)}
${Object.keys(operations).filter(isOperation).map(renderOperation).join('\n')}

The routes under \`/admin\` are the operator's: IAM lets them in, not a role.

## Permissions
${rowOf(['permission', ...heads])}
${line(heads.length + 1)}
${permissions.map(renderPermission).join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path, renderPermissions());
