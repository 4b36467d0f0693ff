import { createHash } from 'node:crypto';

/** Where the local stack lives. The account is one that AWS never assigns. */
export const localRegion = 'us-east-1';
export const localAccountId = '000000000000';

/** What CloudFormation would answer about a created resource: its `Ref`, and its attributes by name. */
export interface PhysicalIdentity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface IdentitySource {
  readonly stackName: string;
  readonly logicalId: string;
  /** A property of the resource, resolved. */
  property(name: string): unknown;
}

function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${localRegion}:${localAccountId}:${resource}`;
}

/** The same on every machine and at every start, so that what was stored stays readable. */
function digestOf({ stackName, logicalId }: IdentitySource): string {
  return createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
}

function uuidOf(source: IdentitySource): string {
  const hex = digestOf(source);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

function shortIdOf(source: IdentitySource): string {
  return digestOf(source).slice(0, 10);
}

function nameOf(source: IdentitySource, property: string): string {
  const given = source.property(property);
  return typeof given === 'string' ? given : `${source.stackName}-${source.logicalId}`;
}

function textOf(source: IdentitySource, property: string): string {
  const given = source.property(property);
  return typeof given === 'string' ? given : '';
}

/** The name of a function in its ARN (with or without a qualifier), or the text itself where it is a name. */
export function functionNameIn(reference: string): string {
  return /:function:([^:/]+)/.exec(reference)?.[1] ?? reference;
}

/** The name of a table in its own ARN or in its stream's. */
export function tableNameIn(arn: string): string | undefined {
  return /:table\/([^/]+)/.exec(arn)?.[1];
}

/** The name of a log group in its ARN. */
export function logGroupNameIn(arn: string): string | undefined {
  return /:log-group:([^:]+)/.exec(arn)?.[1];
}

function tableIdentity(source: IdentitySource): PhysicalIdentity {
  const name = nameOf(source, 'TableName');
  const arn = arnOf('dynamodb', `table/${name}`);
  return {
    ref: name,
    attributes: { Arn: arn, StreamArn: `${arn}/stream/1970-01-01T00:00:00.000`, TableId: uuidOf(source) },
  };
}

/** A version or an alias of a function is the function: locally there is one code. */
function qualifiedFunctionIdentity(source: IdentitySource, qualifier: string): PhysicalIdentity {
  const functionArn = arnOf('lambda', `function:${functionNameIn(textOf(source, 'FunctionName'))}`);
  const arn = `${functionArn}:${qualifier}`;
  return { ref: arn, attributes: { FunctionArn: arn, AliasArn: arn, Version: qualifier } };
}

function namedIdentity(service: string, prefix: string, nameProperty: string) {
  return (source: IdentitySource): PhysicalIdentity => {
    const name = nameOf(source, nameProperty);
    return { ref: name, attributes: { Arn: arnOf(service, `${prefix}${name}`) } };
  };
}

function globalIdentity(service: string, prefix: string, nameProperty: string) {
  return (source: IdentitySource): PhysicalIdentity => {
    const name = nameOf(source, nameProperty);
    return { ref: name, attributes: { Arn: `arn:aws:${service}::${localAccountId}:${prefix}${name}` } };
  };
}

function regionalWafIdentity(kind: string) {
  return (source: IdentitySource): PhysicalIdentity => {
    const path = `regional/${kind}/${nameOf(source, 'Name')}/${uuidOf(source)}`;
    return { ref: path, attributes: { Id: uuidOf(source), Arn: arnOf('wafv2', path) } };
  };
}

/** Bucket names are lower-case. */
function bucketIdentity(source: IdentitySource): PhysicalIdentity {
  const name = nameOf(source, 'BucketName').toLowerCase();
  const host = `${name}.s3.${localRegion}.amazonaws.com`;
  return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: host, RegionalDomainName: host } };
}

function opaqueIdentity(source: IdentitySource): PhysicalIdentity {
  return { ref: shortIdOf(source), attributes: {} };
}

/** By CloudFormation type. A type that is absent has no local counterpart, and naming it is an error. */
const identities: Readonly<Record<string, (source: IdentitySource) => PhysicalIdentity>> = {
  'AWS::ApiGateway::RestApi': (source) => ({
    ref: shortIdOf(source),
    attributes: { RootResourceId: `${shortIdOf(source)}root`, RestApiId: shortIdOf(source) },
  }),
  'AWS::ApiGateway::Resource': (source) => ({
    ref: shortIdOf(source),
    attributes: { ResourceId: shortIdOf(source) },
  }),
  'AWS::ApiGateway::Deployment': opaqueIdentity,
  'AWS::ApiGateway::Stage': (source) => ({ ref: nameOf(source, 'StageName'), attributes: {} }),
  'AWS::DynamoDB::GlobalTable': tableIdentity,
  'AWS::DynamoDB::Table': tableIdentity,
  'AWS::Events::Rule': namedIdentity('events', 'rule/', 'Name'),
  'AWS::IAM::Role': globalIdentity('iam', 'role/', 'RoleName'),
  'AWS::KMS::Key': (source) => {
    const id = uuidOf(source);
    return { ref: id, attributes: { KeyId: id, Arn: arnOf('kms', `key/${id}`) } };
  },
  'AWS::KMS::Alias': (source) => ({ ref: textOf(source, 'AliasName'), attributes: {} }),
  'AWS::Lambda::Alias': (source) => qualifiedFunctionIdentity(source, nameOf(source, 'Name')),
  'AWS::Lambda::Function': namedIdentity('lambda', 'function:', 'FunctionName'),
  'AWS::Lambda::Version': (source) => qualifiedFunctionIdentity(source, '1'),
  'AWS::Logs::LogGroup': (source) => {
    const name = nameOf(source, 'LogGroupName');
    return { ref: name, attributes: { Arn: arnOf('logs', `log-group:${name}:*`) } };
  },
  'AWS::WAFv2::IPSet': regionalWafIdentity('ipset'),
  'AWS::WAFv2::WebACL': regionalWafIdentity('webacl'),
  'AWS::S3::Bucket': bucketIdentity,
  'AWS::Scheduler::Schedule': namedIdentity('scheduler', 'schedule/default/', 'Name'),
};

/** The identity that a resource has locally, or undefined where its type has no local counterpart. */
export function identify(type: string, source: IdentitySource): PhysicalIdentity | undefined {
  return identities[type]?.(source);
}
