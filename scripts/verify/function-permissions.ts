// What each function may do, and nothing else: the table that the synthesized policies, the calls of a running stack and
// docs/function-permissions.md are all held to. A function that needs more is given it here as well as by its construct.

/** One action on one resource. */
export interface Permission {
  readonly action: string;
  /** As the template calls it, without its hash: `KeysTable`, `LedgerTable/index/leases`, `EnvelopeKey`; `*` for none. */
  readonly on: string;
  /** Of a table: the partition keys, as a grant has them; `*` is any text. */
  readonly partition?: string;
  /** Of a table: whether only within a transaction, beside the audit event of the change. */
  readonly inTransaction?: boolean;
  /** Of a KMS key: what has to be so. `present` stands for any value. */
  readonly when?: Readonly<Record<string, string>>;
  /**
   * Who makes use of it: the platform where no code of a function calls it; code that only some faults reach, at a moment
   * that no test can choose. @default the function's code
   */
  readonly usedBy?: 'platform' | 'fault';
}

/** What has to be so for a KMS key to be used: on behalf of a table, or for a secret whose purpose and place are named. */
export const whenForTable = (table: string) => ({
  'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
  'kms:EncryptionContext:aws:dynamodb:tableName': table,
});
export const whenFor = (purpose: 'provider-credential' | 'virtual-key') => ({
  'kms:EncryptionContext:purpose': purpose,
  'kms:EncryptionContext:tenant': 'present',
  'kms:EncryptionContext:record': 'present',
});

/** Actions on the items of some partitions of a table; whoever touches a table uses its key, through DynamoDB alone. */
function items(
  on: string,
  actions: string,
  partitions: string,
  more: Pick<Permission, 'inTransaction' | 'usedBy'> = {},
): Permission[] {
  return actions
    .split(' ')
    .flatMap((action) =>
      partitions.split(' ').map((partition) => ({ action: `dynamodb:${action}`, on, partition, ...more })),
    );
}

function keyOf(table: string): Permission {
  return { action: 'kms:Decrypt', on: 'TablesKey', when: whenForTable(table) };
}

function sealed(action: string, purpose: 'provider-credential' | 'virtual-key'): Permission {
  return { action, on: 'EnvelopeKey', when: whenFor(purpose) };
}

/** Its own log, and the timings of X-Ray, which takes no resource. */
function everyFunction(name: string): Permission[] {
  const platform = { usedBy: 'platform' } as const;
  return [
    { action: 'logs:CreateLogStream', on: `${name}Logs`, ...platform },
    { action: 'logs:PutLogEvents', on: `${name}Logs`, ...platform },
    { action: 'xray:PutTelemetryRecords', on: '*', ...platform },
    { action: 'xray:PutTraceSegments', on: '*', ...platform },
  ];
}

const changes = { inTransaction: true };
const audited = (chains: string): Permission[] => [
  ...items('AuditTable', 'GetItem', chains),
  ...items('AuditTable', 'PutItem', chains, changes),
  keyOf('AuditTable'),
];

/** Those under zero logging lie apart. */
const REQUEST_RECORDS = 'ACCOUNT#*#HOUR#* UNLOGGED#*';

export const functionPermissions: Readonly<Record<string, readonly Permission[]>> = {
  Proxy: [
    ...items('KeysTable', 'GetItem', 'ACCOUNT#* KEY#* TENANT#*'),
    keyOf('KeysTable'),
    ...items('LedgerTable', 'UpdateItem', 'SCOPE#*'),
    ...items('LedgerTable', 'GetItem', 'SCOPE#*', { usedBy: 'fault' }),
    keyOf('LedgerTable'),
    ...items('UsageTable', 'PutItem', REQUEST_RECORDS),
    ...items('UsageTable', 'UpdateItem', 'ACCOUNT#*#HOURS'),
    keyOf('UsageTable'),
    sealed('kms:Decrypt', 'provider-credential'),
    ...everyFunction('Proxy'),
  ],
  Admin: [
    ...items('KeysTable', 'GetItem', 'TENANT#operator#PRICES'),
    ...items('KeysTable', 'GetItem BatchGetItem', 'ACCOUNT#*'),
    ...items('KeysTable', 'Query', 'ACCOUNTS TENANT#*'),
    ...items('KeysTable', 'PutItem', 'ACCOUNT#* ACCOUNTS KEY#* TENANT#operator TENANT#operator#PRICES', changes),
    ...items('KeysTable', 'UpdateItem', 'TENANT#*', changes),
    keyOf('KeysTable'),
    ...items('LedgerTable', 'BatchGetItem', 'SCOPE#*'),
    ...items('LedgerTable', 'UpdateItem', 'SCOPE#*', changes),
    keyOf('LedgerTable'),
    ...audited('ACCOUNT#* TENANT#*'),
    sealed('kms:GenerateDataKey', 'provider-credential'),
    sealed('kms:ReEncryptFrom', 'provider-credential'),
    sealed('kms:ReEncryptTo', 'provider-credential'),
    sealed('kms:ReEncryptFrom', 'virtual-key'),
    sealed('kms:ReEncryptTo', 'virtual-key'),
    ...everyFunction('Admin'),
  ],
  Management: [
    ...items('KeysTable', 'GetItem', 'ACCOUNT#* KEY#* TENANT#acct_*'),
    ...items('KeysTable', 'BatchGetItem ConditionCheckItem', 'ACCOUNT#* KEY#*'),
    ...items('KeysTable', 'Query', 'ACCOUNT#*'),
    ...items('KeysTable', 'PutItem', 'ACCOUNT#* KEY#* TENANT#acct_*', changes),
    keyOf('KeysTable'),
    ...items('LedgerTable', 'BatchGetItem', 'SCOPE#*'),
    ...items('LedgerTable', 'UpdateItem', 'SCOPE#*', changes),
    keyOf('LedgerTable'),
    ...items('UsageTable', 'Query', `${REQUEST_RECORDS} ACCOUNT#*#HOURS`),
    ...items('UsageTable', 'GetItem', 'ACCOUNT#*#HOURS'),
    keyOf('UsageTable'),
    ...audited('ACCOUNT#*'),
    ...items('AuditTable', 'Query', 'ACCOUNT#*'),
    sealed('kms:GenerateDataKey', 'provider-credential'),
    sealed('kms:GenerateDataKey', 'virtual-key'),
    sealed('kms:Decrypt', 'virtual-key'),
    ...everyFunction('Management'),
  ],
  Sweeper: [
    ...items('LedgerTable', 'GetItem UpdateItem', 'SCOPE#*'),
    ...items('LedgerTable/index/leases', 'Query', 'LEASES#*'),
    keyOf('LedgerTable'),
    ...items('UsageTable', 'GetItem PutItem', REQUEST_RECORDS),
    ...items('UsageTable', 'UpdateItem', 'ACCOUNT#*#HOURS'),
    keyOf('UsageTable'),
    ...everyFunction('Sweeper'),
  ],
  Folder: [
    ...items('LedgerTable', 'GetItem', 'SCOPE#*'),
    keyOf('LedgerTable'),
    ...items('UsageTable', 'Query', REQUEST_RECORDS),
    ...items('UsageTable', 'PutItem UpdateItem', 'ACCOUNT#*#HOURS'),
    ...items('UsageTable', 'DeleteItem', 'UNLOGGED#*', changes),
    ...items('UsageTable/index/folds', 'Query', 'FOLDS#*'),
    keyOf('UsageTable'),
    ...everyFunction('Folder'),
  ],
};
