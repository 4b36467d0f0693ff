// The questions that are put to a function's policies: every action that matters on every resource of the stack, in every
// context that could make a difference; and what the table of permissions says to each.
import { type AccessRequest, compilePattern } from '../../local/iam/policy.ts';
import { functionPermissions, type Permission, whenFor, whenForTable } from './function-permissions.ts';
import { type Prohibition, prohibitions } from './prohibitions.ts';
import type { StackAccess } from './stack-access.ts';

export interface Probe {
  readonly functionName: string;
  readonly action: string;
  /** As in the table of permissions. */
  readonly on: string;
  /** A partition key, as an example of its kind. */
  readonly partition?: string | undefined;
  readonly context: AccessRequest['context'];
}

const onItems = [
  ...[
    'GetItem',
    'BatchGetItem',
    'Query',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'ConditionCheckItem',
    'BatchWriteItem',
  ],
  ...['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'],
];
const onTables = [
  ...['Scan', 'DescribeTable', 'DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups'],
  ...['ExportTableToPointInTime', 'CreateBackup', 'PutResourcePolicy', 'RestoreTableToPointInTime'],
];
const onIndexes = /:(Query|Scan|PartiQLSelect)$/;
const onKeys = [
  ...[
    'Decrypt',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
    'Sign',
  ],
  ...['DescribeKey', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey', 'DisableKeyRotation'],
];
const onLogs = [
  'CreateLogStream',
  'PutLogEvents',
  'DeleteLogGroup',
  'DeleteLogStream',
  'PutRetentionPolicy',
  'GetLogEvents',
];
const onFunctions = ['InvokeFunction', 'UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission'];
const onRoles = ['PassRole', 'PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy'];
const onBuckets = ['DeleteBucket', 'PutBucketPolicy', 'PutLifecycleConfiguration', 'ListBucket'];
const onObjects = [
  ...['GetObject', 'PutObject', 'DeleteObject', 'DeleteObjectVersion', 'AbortMultipartUpload'],
  ...['PutObjectRetention', 'PutObjectLegalHold', 'BypassGovernanceRetention'],
];
const onQueues = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue'];
const onTopics = ['Publish', 'Subscribe', 'DeleteTopic', 'SetTopicAttributes'];
const anywhere = [
  ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetTraceSummaries', 'sts:GetCallerIdentity'],
  ...[
    'kms:ListKeys',
    'dynamodb:ListTables',
    'logs:DescribeLogGroups',
    'secretsmanager:ListSecrets',
    's3:ListAllMyBuckets',
  ],
];

type Context = AccessRequest['context'];

const leadingKeys = 'dynamodb:LeadingKeys';

/** A key of each kind that the table of permissions or a policy speaks of, and one of a kind that neither knows. */
function exampleKeys({ functions }: StackAccess): string[] {
  const inTable = Object.values(functionPermissions).flatMap((all) => all.map(({ partition }) => partition ?? []));
  const inPolicies = functions.flatMap(({ statements }) =>
    statements.flatMap(({ Condition }) => Object.values(Condition).flatMap((keys) => keys[leadingKeys] ?? [])),
  );
  // The operator `Null` has a truth value where others have a key.
  const inPromises = prohibitions.flatMap(({ partition }) => partition ?? []);
  const patterns = [...inTable.flat(), ...inPolicies, ...inPromises].filter((pattern) => /^[A-Z]+(#|$)/.test(pattern));
  return [...new Set([...patterns.map((pattern) => pattern.replaceAll('*', 'x')), 'OTHER#x'])];
}

/** Of a table: each kind of key and none, by itself and within a transaction of either kind. */
function itemContexts(stack: StackAccess): { partition: string | undefined; context: Context }[] {
  const within = (operation: string): Context => ({ 'dynamodb:EnclosingOperation': operation });
  const enclosings = [{}, within('TransactWriteItems'), within('TransactGetItems')];
  return [...exampleKeys(stack), undefined].flatMap((partition) => {
    const named: Context = partition === undefined ? {} : { [leadingKeys]: [partition] };
    return enclosings.map((enclosing) => ({ partition, context: { ...named, ...enclosing } }));
  });
}

/** Each right one, and each with one part of it missing or another. */
function keyContexts({ tableNames }: StackAccess): Context[] {
  const forTables = [...tableNames.values(), 'another-table'].map((name) => whenForTable(name));
  const secrets = [whenFor('provider-credential'), whenFor('virtual-key')];
  const right: Context[] = [...forTables, ...secrets, { ...whenFor('provider-credential'), extra: 'x' }];
  const spoilt = right.flatMap((context) =>
    Object.keys(context).flatMap((key) => {
      const { [key]: _, ...rest } = context;
      return [rest, { ...rest, [key]: 'another' }];
    }),
  );
  return [...right, ...spoilt, {}];
}

function probesOnTable(on: string, functionName: string, stack: StackAccess): Probe[] {
  const contexts = itemContexts(stack);
  const inContext = onItems.flatMap((action) =>
    contexts.map((context) => ({ functionName, action: `dynamodb:${action}`, on, ...context })),
  );
  return [...inContext, ...onTables.map((action) => ({ functionName, action: `dynamodb:${action}`, on, context: {} }))];
}

function probesOn(on: string, arn: string, functionName: string, stack: StackAccess): Probe[] {
  const [, , service = ''] = arn.split(':');
  const plain = (actions: readonly string[]) =>
    actions.map((action) => ({ functionName, action: `${service}:${action}`, on, context: {} }));
  switch (service) {
    case 'dynamodb':
      return probesOnTable(on, functionName, stack);
    case 'kms':
      return onKeys.flatMap((action) =>
        keyContexts(stack).map((context) => ({ functionName, action: `kms:${action}`, on, context })),
      );
    case 'logs':
      return plain(onLogs);
    case 'lambda':
      return plain(onFunctions);
    case 'iam':
      return [...plain(onRoles), { functionName, action: 'sts:AssumeRole', on, context: {} }];
    case 's3':
      return [
        ...plain(onBuckets),
        ...onObjects.map((action) => ({ functionName, action: `s3:${action}`, on: `${on}/object`, context: {} })),
      ];
    case 'sqs':
      return plain(onQueues);
    case 'sns':
      return plain(onTopics);
    default:
      return [];
  }
}

/** Every question about one function. */
export function probesOf(functionName: string, stack: StackAccess): Probe[] {
  const indexes = [...stack.indexes, ...[...stack.tableNames.keys()].map((table) => `${table}/index/other`)];
  return [
    ...[...stack.arns, ...foreign].flatMap(([on, arn]) => probesOn(on, arn, functionName, stack)),
    ...indexes.flatMap((on) => probesOnTable(on, functionName, stack).filter(({ action }) => onIndexes.test(action))),
    ...anywhere.map((action) => ({ functionName, action, on: '*', context: {} })),
  ];
}

/** What belongs to somebody else in the same account. */
const foreign: readonly (readonly [string, string])[] = [
  ['another table', 'arn:aws:dynamodb:us-east-1:000000000000:table/another-table'],
  ['another key', 'arn:aws:kms:us-east-1:000000000000:key/99999999-9999-4999-8999-999999999999'],
  ['another log', 'arn:aws:logs:us-east-1:000000000000:log-group:another:*'],
  ['another function', 'arn:aws:lambda:us-east-1:000000000000:function:another'],
  ['another role', 'arn:aws:iam::000000000000:role/another'],
  ['another bucket', 'arn:aws:s3:::another-bucket'],
  ['another queue', 'arn:aws:sqs:us-east-1:000000000000:another'],
  ['another topic', 'arn:aws:sns:us-east-1:000000000000:another'],
];

/** As IAM is asked. */
export function requestOf({ action, on, context }: Probe, { arns }: StackAccess): AccessRequest {
  const [name = '', ...index] = on.split('/');
  const arn = on === '*' ? '*' : (arns.get(name) ?? new Map(foreign).get(name));
  if (arn === undefined) throw new Error(`the stack has no ${name}`);
  return { action, resource: [arn, ...index].join('/'), context };
}

/** Whether one permission covers a question. */
export function covers(permission: Permission, probe: Probe, { tableNames }: StackAccess): boolean {
  const { action, on, partition, inTransaction = false, when = {} } = permission;
  if (action !== probe.action || on !== probe.on || !coversKey(partition, probe.partition)) return false;
  if (inTransaction && probe.context['dynamodb:EnclosingOperation'] !== 'TransactWriteItems') return false;
  return holds(when, probe.context, tableNames);
}

function holds(when: NonNullable<Permission['when']>, context: Context, tableNames: StackAccess['tableNames']) {
  return Object.entries(when).every(([key, value]) => {
    const given = context[key];
    return value === 'present' ? given !== undefined : given === (tableNames.get(value) ?? value);
  });
}

function coversKey(pattern: string | undefined, key: string | undefined): boolean {
  if (pattern === undefined || key === undefined) return pattern === key;
  return compilePattern(pattern).test(key);
}

/** The questions of the promises that hold whatever the table of permissions says; the answer to each is no. */
export function forbiddenProbes(functionName: string, stack: StackAccess): { promise: string; probe: Probe }[] {
  const own = prohibitions.filter(({ functions }) => functions?.includes(functionName) ?? true);
  return own.flatMap((prohibition) =>
    [...stack.arns.keys()]
      .filter((on) => prohibition.on.test(on))
      .flatMap((on) => probesOfProhibition(prohibition, { functionName, on }, stack)),
  );
}

function probesOfProhibition(
  { promise, actions, partition, when = {} }: Prohibition,
  of: Pick<Probe, 'functionName' | 'on'>,
  stack: StackAccess,
) {
  const [, , service] = (stack.arns.get(of.on) ?? '').split(':');
  return actions
    .filter((action) => action.startsWith(`${service}:`) || (service === 'iam' && action.startsWith('sts:')))
    .flatMap((action) =>
      contextsOf(service, stack)
        .filter((asked) => partition === undefined || coversKey(partition, asked.partition))
        .filter(({ context }) => holds(when, context, stack.tableNames))
        .map((context) => ({ promise, probe: { ...of, action, ...context } })),
    );
}

function contextsOf(
  service: string | undefined,
  stack: StackAccess,
): { partition: string | undefined; context: Context }[] {
  if (service === 'dynamodb') return itemContexts(stack);
  const contexts = service === 'kms' ? keyContexts(stack) : [{}];
  return contexts.map((context) => ({ partition: undefined, context }));
}
