import type { Permission } from './permissions.ts';

/** What an operation takes. `own`: with this alone it reaches only what belongs to the member who calls. */
interface Access {
  readonly all: Permission;
  readonly own?: Permission;
}

const ownKeys = { own: 'keys.own' } as const;

/** Every operation of an account, by its one name; `anyone`: any key in force. */
export const operations = {
  'chat-completions': { all: 'inference' },
  'list-models': 'anyone',
  'retrieve-model': 'anyone',
  'retrieve-own-key': 'anyone',
  'create-key': { all: 'keys.write', ...ownKeys },
  'list-keys': { all: 'keys.read', ...ownKeys },
  'retrieve-key': { all: 'keys.read', ...ownKeys },
  'update-key': { all: 'keys.write', ...ownKeys },
  'rotate-key': { all: 'keys.write', ...ownKeys },
  'revoke-key': { all: 'keys.write', ...ownKeys },
  'reveal-key': { all: 'keys.reveal' },
  'retrieve-account': { all: 'account.read' },
  'update-account': { all: 'account.write' },
  'export-account': { all: 'account.export' },
  'delete-account': { all: 'account.delete' },
  'list-users': { all: 'members.read' },
  'retrieve-user': { all: 'members.read' },
  'update-user': { all: 'members.write' },
  'remove-user': { all: 'members.write' },
  'create-invite': { all: 'members.write' },
  'list-invites': { all: 'members.read' },
  'retrieve-invite': { all: 'members.read' },
  'delete-invite': { all: 'members.write' },
  'put-account-credential': { all: 'providers.write' },
  'retrieve-account-credential': { all: 'providers.read' },
  'delete-account-credential': { all: 'providers.write' },
  'retrieve-usage': { all: 'usage.read' },
  'retrieve-costs': { all: 'usage.read' },
  'list-requests': { all: 'usage.read' },
  'list-audit-logs': { all: 'audit.read' },
  'verify-audit-logs': { all: 'audit.read' },
} as const satisfies Readonly<Record<string, Access | 'anyone'>>;
export type OperationName = keyof typeof operations;

/** Of the whole account, or of the calling member alone. */
export type Reach = 'all' | 'own';

/** How far an operation reaches with these permissions; undefined: not at all. */
export function reachOf(granted: ReadonlySet<Permission>, operation: OperationName): Reach | undefined {
  const access: Access | 'anyone' = operations[operation];
  if (access === 'anyone' || granted.has(access.all)) return 'all';
  return access.own !== undefined && granted.has(access.own) ? 'own' : undefined;
}
