// What no function may do, whatever a grant says: each line is a promise, held against the synthesized policies.
import { type Permission, whenFor } from './function-permissions.ts';

/** A promise that no grant may ever break, whatever the table of permissions says. */
export interface Prohibition {
  readonly promise: string;
  /** @default every function */
  readonly functions?: readonly string[];
  readonly actions: readonly string[];
  /** Whether it is about a resource of that name. */
  readonly on: RegExp;
  /** Of a table: as in a permission. @default every partition */
  readonly partition?: string;
  /** Of a KMS key: as in a permission. @default whatever is so */
  readonly when?: Permission['when'];
}

const itemWrites = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
];
const itemReads = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLSelect'];
const onItems = (actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`);
const tableChanges = ['DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups', 'PutResourcePolicy'];

export const prohibitions: readonly Prohibition[] = [
  {
    promise: 'The data plane changes neither policy nor audit log.',
    functions: ['Proxy'],
    actions: onItems(itemWrites),
    on: /^(Keys|Audit)Table/,
  },
  {
    promise: 'The data plane does not read the audit log.',
    functions: ['Proxy'],
    actions: onItems(itemReads),
    on: /^AuditTable/,
  },
  {
    promise: 'The management plane reaches no credential of the operator, sealed or open.',
    functions: ['Management'],
    actions: onItems([...itemReads, ...itemWrites]),
    on: /^KeysTable/,
    partition: 'TENANT#operator',
  },
  {
    promise: 'Only the data plane opens a credential.',
    functions: ['Admin', 'Management', 'Sweeper', 'Folder'],
    actions: ['kms:Decrypt', 'kms:CreateGrant'],
    on: /^EnvelopeKey/,
    when: whenFor('provider-credential'),
  },
  {
    promise: 'Only the management plane opens the secret of a virtual key.',
    functions: ['Proxy', 'Admin', 'Sweeper', 'Folder'],
    actions: ['kms:Decrypt', 'kms:CreateGrant'],
    on: /^EnvelopeKey/,
    when: whenFor('virtual-key'),
  },
  {
    promise: 'Only the operator routes put a secret under another key.',
    functions: ['Proxy', 'Management', 'Sweeper', 'Folder'],
    actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:CreateGrant'],
    on: /^EnvelopeKey/,
  },
  {
    promise: 'The data plane seals nothing.',
    functions: ['Proxy', 'Sweeper', 'Folder'],
    actions: ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:CreateGrant'],
    on: /^EnvelopeKey/,
  },
  {
    promise: 'Nobody changes or deletes what the audit log holds.',
    actions: [
      ...onItems(['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete', ...tableChanges]),
      ...['DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy'].map((action) => `logs:${action}`),
      ...['DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'PutObjectRetention'].map(
        (action) => `s3:${action}`,
      ),
      ...['DeleteBucket', 'PutBucketPolicy', 'PutLifecycleConfiguration'].map((action) => `s3:${action}`),
    ],
    on: /^(AuditTable|AuditLog$|AuditArchive|Archive)/,
  },
  { promise: 'Nobody reads a whole table.', actions: onItems(['Scan', 'ExportTableToPointInTime']), on: /Table/ },
  { promise: 'Nobody changes or deletes a table.', actions: onItems([...tableChanges, 'CreateBackup']), on: /Table$/ },
  {
    promise: 'Nobody administers an encryption key.',
    actions: ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy', 'CreateGrant', 'DisableKeyRotation'].map(
      (action) => `kms:${action}`,
    ),
    on: /Key$/,
  },
  {
    promise: 'No function changes what another one runs, or calls it.',
    actions: ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission', 'InvokeFunction'].map(
      (action) => `lambda:${action}`,
    ),
    on: /Function$/,
  },
  {
    promise: 'No function becomes another role or changes one.',
    actions: [
      'sts:AssumeRole',
      'iam:PassRole',
      'iam:PutRolePolicy',
      'iam:AttachRolePolicy',
      'iam:UpdateAssumeRolePolicy',
    ],
    on: /Role$/,
  },
];
