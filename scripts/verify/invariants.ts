// What holds for every resource of its type, whoever adds it: the rules of this project that no pack has.
import * as z from 'zod';
import { resourcesOf, type Template, walk } from './template.ts';

export interface Invariant {
  readonly name: string;
  /** Each begins with the resource at fault. */
  readonly objectionsTo: (template: Template) => string[];
}

type Properties = Readonly<Record<string, unknown>>;

const anything = z.record(z.string(), z.unknown());

/** Objects to the resources of one type that are not as they have to be. */
function every(
  type: string,
  isRight: (properties: Properties, template: Template) => boolean,
): Invariant['objectionsTo'] {
  return (template) =>
    resourcesOf(template, type, anything)
      .filter(({ properties }) => !isRight(properties, template))
      .map(({ id }) => id);
}

function matches(schema: z.ZodType): (properties: Properties) => boolean {
  return (properties) => schema.safeParse(properties).success;
}

/** A reference to a KMS key of the stack, and not to one of AWS's. */
const ownKey = z.object({ 'Fn::GetAtt': z.tuple([z.string().regex(/Key[0-9A-F]{8}$/), z.literal('Arn')]) });
const ownKeyId = z.union([ownKey, z.object({ Ref: z.string().regex(/Key[0-9A-F]{8}$/) })]);

const table = z.object({
  SSESpecification: z.object({ SSEEnabled: z.literal(true), SSEType: z.literal('KMS') }),
  Replicas: z
    .array(
      z.object({
        PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.literal(true) }),
        SSESpecification: z.object({ KMSMasterKeyId: ownKey }),
      }),
    )
    .min(1),
});

const bucket = z.object({
  BucketEncryption: z.object({
    ServerSideEncryptionConfiguration: z.array(
      z.object({
        ServerSideEncryptionByDefault: z.object({ SSEAlgorithm: z.literal('aws:kms'), KMSMasterKeyID: ownKeyId }),
      }),
    ),
  }),
  PublicAccessBlockConfiguration: z.object({
    BlockPublicAcls: z.literal(true),
    BlockPublicPolicy: z.literal(true),
    IgnorePublicAcls: z.literal(true),
    RestrictPublicBuckets: z.literal(true),
  }),
  VersioningConfiguration: z.object({ Status: z.literal('Enabled') }),
});

const lambdaFunction = z.object({
  Runtime: z.literal('nodejs24.x'),
  Architectures: z.tuple([z.literal('arm64')]),
  KmsKeyArn: ownKey,
  LoggingConfig: z.object({ LogGroup: z.unknown() }),
});

/** The library's own function behind a custom resource, which runs at deployments alone. */
function isOfTheLibrary(id: string): boolean {
  return /^AWS[0-9a-f]{8}/.test(id);
}

const statement = z.looseObject({
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]).optional(),
  Principal: z.unknown().optional(),
});

/** Every statement of every policy, with the resource that it stands in. */
function statementsOf(template: Template) {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    [...walk(Properties)].flatMap((node) => {
      const parsed = statement.safeParse(node);
      return parsed.success ? [{ id, type: Type, ...parsed.data }] : [];
    }),
  );
}

function isWholeAccount(principal: unknown): boolean {
  return JSON.stringify(principal)?.includes(':root"') ?? false;
}

function grantsByWildcard(template: Template): string[] {
  return statementsOf(template)
    .filter(({ Effect, Principal, Action = [] }) => {
      const actions = [Action].flat();
      // A key's own policy hands its administration to the account; without that, nobody could.
      return Effect === 'Allow' && actions.some((action) => action.includes('*')) && !isWholeAccount(Principal);
    })
    .map(({ id, Action }) => `${id}: ${[Action].flat().join(', ')}`);
}

function grantsToAnybody(template: Template): string[] {
  const isAnybody = (principal: unknown) => principal === '*' || JSON.stringify(principal) === '{"AWS":"*"}';
  return statementsOf(template)
    .filter(({ Effect, Principal }) => Effect === 'Allow' && isAnybody(Principal))
    .map(({ id }) => id);
}

/** What looks like a secret in plain sight: an environment variable holds names and addresses alone. */
function secretsInVariables(template: Template): string[] {
  const environment = z.object({ Environment: z.object({ Variables: anything }).optional() });
  return resourcesOf(template, 'AWS::Lambda::Function', environment).flatMap(({ id, properties }) =>
    Object.keys(properties.Environment?.Variables ?? {})
      .filter((name) => /SECRET|PASSWORD|TOKEN|CREDENTIAL|API_KEY/.test(name))
      .map((name) => `${id}: ${name}`),
  );
}

const restApi = z.object({
  SecurityPolicy: z.string().regex(/^SecurityPolicy_TLS13_1_[23]/),
  EndpointAccessMode: z.literal('STRICT'),
  EndpointConfiguration: z.object({ Types: z.tuple([z.literal('REGIONAL')]) }),
});
const apiStage = z.object({
  AccessLogSetting: z.object({ DestinationArn: z.unknown(), Format: z.string() }),
  MethodSettings: z.array(z.object({ DataTraceEnabled: z.literal(false), LoggingLevel: z.literal('OFF') })).min(1),
});
const webAcl = z.object({
  DataProtectionConfig: z.object({ DataProtections: z.array(z.unknown()).min(3) }),
  VisibilityConfig: z.object({ SampledRequestsEnabled: z.literal(false) }),
  Rules: z.array(z.object({ VisibilityConfig: z.object({ SampledRequestsEnabled: z.literal(false) }) })),
});

function unshieldedStages(template: Template): string[] {
  const shielded = JSON.stringify(
    resourcesOf(template, 'AWS::WAFv2::WebACLAssociation', anything).map(({ properties }) => properties['ResourceArn']),
  );
  return resourcesOf(template, 'AWS::ApiGateway::Stage', anything)
    .filter(({ id }) => !shielded.includes(`"${id}"`))
    .map(({ id }) => id);
}

export const invariants: readonly Invariant[] = [
  {
    name: 'a table is encrypted under a key of our own, its backups with it, and can be restored to any second',
    objectionsTo: every('AWS::DynamoDB::GlobalTable', matches(table)),
  },
  { name: 'a table is one that the checks know', objectionsTo: every('AWS::DynamoDB::Table', () => false) },
  {
    name: 'an encryption key is renewed, or is one that signs and cannot be',
    objectionsTo: every(
      'AWS::KMS::Key',
      ({ EnableKeyRotation, KeyUsage }) => EnableKeyRotation === true || KeyUsage === 'SIGN_VERIFY',
    ),
  },
  {
    name: 'a log group is encrypted under a key of our own, and forgets',
    objectionsTo: every('AWS::Logs::LogGroup', matches(z.object({ KmsKeyId: ownKey, RetentionInDays: z.int() }))),
  },
  {
    name: 'a bucket is encrypted under a key of our own, versioned and closed to the public',
    objectionsTo: every('AWS::S3::Bucket', matches(bucket)),
  },
  {
    name: 'a topic is encrypted under a key of our own',
    objectionsTo: every('AWS::SNS::Topic', matches(z.object({ KmsMasterKeyId: ownKeyId }))),
  },
  {
    name: 'a queue is encrypted under a key of our own',
    objectionsTo: every('AWS::SQS::Queue', matches(z.object({ KmsMasterKeyId: ownKeyId }))),
  },
  {
    name: 'a function runs on the one runtime, with its variables under a key of our own and a log that is made for it',
    objectionsTo: (template) =>
      every('AWS::Lambda::Function', matches(lambdaFunction))(template).filter((id) => !isOfTheLibrary(id)),
  },
  { name: 'no variable of a function holds a secret', objectionsTo: secretsInVariables },
  { name: 'no grant names its actions by a wildcard', objectionsTo: grantsByWildcard },
  { name: 'nothing is granted to anybody', objectionsTo: grantsToAnybody },
  {
    name: 'the API speaks TLS 1.2 or newer, for its own host name alone',
    objectionsTo: every('AWS::ApiGateway::RestApi', matches(restApi)),
  },
  {
    name: 'the API writes an access log and nothing of what passes through it',
    objectionsTo: every('AWS::ApiGateway::Stage', matches(apiStage)),
  },
  { name: 'a web ACL stands before the API', objectionsTo: unshieldedStages },
  {
    name: 'the web ACL keeps no sample, and hides bodies and credentials',
    objectionsTo: every('AWS::WAFv2::WebACL', matches(webAcl)),
  },
];
