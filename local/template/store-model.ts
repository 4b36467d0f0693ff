import * as z from 'zod';
import type { IndexProjection, KeyElement, TableDefinition } from '../dynamodb/table-definition.ts';
import type { KeyDefinition } from '../kms/key-definition.ts';
import type { BucketDefinition } from '../s3/bucket-definition.ts';
import type { StackResource, StackResources } from './stack-resources.ts';

const keyPart = z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });
const streamView = z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']);

const projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).default([]),
});

const table = z.object({
  KeySchema: z.array(keyPart),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema: z.array(keyPart),
        Projection: projection,
      }),
    )
    .default([]),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
  StreamSpecification: z.object({ StreamViewType: streamView }).optional(),
});
type KeySchema = z.infer<typeof table>['KeySchema'];

/** A DynamoDB table of the stack. */
export interface TableModel extends TableDefinition {
  readonly logicalId: string;
}

/** What IAM has to know of a table. */
export interface TableAccess {
  readonly name: string;
  readonly arn: string;
  readonly partitionKey: string;
  /** The partition key of each index. */
  readonly indexKeys: Readonly<Record<string, string>>;
  /** Of the KMS key that encrypts it. */
  readonly keyArn: string | undefined;
}

const encryption = z.object({ SSESpecification: z.object({ KMSMasterKeyId: z.string().optional() }).optional() });
const encryptedTable = encryption.extend({ Replicas: z.array(encryption).default([]) });

export function readTableAccess(resources: StackResources): readonly TableAccess[] {
  return resources.ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table').map((resource) => {
    const { KeySchema, GlobalSecondaryIndexes } = resource.read(table);
    const { SSESpecification, Replicas } = resource.read(encryptedTable);
    const [replica] = Replicas;
    return {
      name: resource.identity.ref,
      arn: resource.identity.attributes['Arn'] ?? '',
      partitionKey: partitionKeyOf(KeySchema),
      indexKeys: Object.fromEntries(
        GlobalSecondaryIndexes.map((one) => [one.IndexName, partitionKeyOf(one.KeySchema)]),
      ),
      keyArn: (replica?.SSESpecification ?? SSESpecification)?.KMSMasterKeyId,
    };
  });
}

function partitionKeyOf(schema: KeySchema): string {
  return schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
}

export function readTableModels(resources: StackResources): readonly TableModel[] {
  return resources.ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table').map(tableModelOf);
}

function tableModelOf(resource: StackResource): TableModel {
  const properties = resource.read(table);
  const timeToLive = properties.TimeToLiveSpecification;
  return {
    logicalId: resource.logicalId,
    name: resource.identity.ref,
    keySchema: keySchemaOf(properties.KeySchema),
    attributes: properties.AttributeDefinitions.map((it) => ({ name: it.AttributeName, type: it.AttributeType })),
    indexes: properties.GlobalSecondaryIndexes.map((index) => ({
      name: index.IndexName,
      keySchema: keySchemaOf(index.KeySchema),
      projection: projectionOf(index.Projection),
    })),
    ...(timeToLive?.Enabled && timeToLive.AttributeName && { timeToLiveAttribute: timeToLive.AttributeName }),
    ...(properties.StreamSpecification && { stream: properties.StreamSpecification.StreamViewType }),
  };
}

function projectionOf(given: z.infer<typeof projection>): IndexProjection {
  const { ProjectionType: type, NonKeyAttributes: attributes } = given;
  return type === 'INCLUDE' ? { type, attributes } : { type };
}

function keySchemaOf(keySchema: KeySchema): readonly KeyElement[] {
  return keySchema.map(({ AttributeName: name, KeyType: type }) => ({ name, type }));
}

const key = z.object({
  KeySpec: z
    .enum(['SYMMETRIC_DEFAULT', 'ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_EDWARDS25519'])
    .default('SYMMETRIC_DEFAULT'),
  KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
});
const alias = z.object({ AliasName: z.string(), TargetKeyId: z.string() });

export function readKeyModels(resources: StackResources): readonly KeyDefinition[] {
  const aliases = resources.ofType('AWS::KMS::Alias').map((resource) => resource.read(alias));
  return resources.ofType('AWS::KMS::Key').map((resource) => {
    const { ref: id, attributes } = resource.identity;
    const { KeySpec: spec, KeyUsage: usage } = resource.read(key);
    const arn = attributes['Arn'] ?? id;
    const own = aliases.filter(({ TargetKeyId }) => TargetKeyId === id || TargetKeyId === arn);
    return { id, arn, aliases: own.map(({ AliasName }) => AliasName), spec, usage };
  });
}

const bucket = z.object({
  VersioningConfiguration: z.object({ Status: z.literal('Enabled', 'only versioned buckets run locally') }),
  ObjectLockEnabled: z.boolean().default(false),
  ObjectLockConfiguration: z
    .object({
      Rule: z.object({
        DefaultRetention: z.object({ Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), Days: z.number() }),
      }),
    })
    .optional(),
});

export function readBucketModels(resources: StackResources): readonly BucketDefinition[] {
  return resources.ofType('AWS::S3::Bucket').map((resource) => {
    const { ObjectLockEnabled: canLock, ObjectLockConfiguration: configuration } = resource.read(bucket);
    const retention = configuration?.Rule.DefaultRetention;
    const defaultRetention = retention && { mode: retention.Mode, days: retention.Days };
    return { name: resource.identity.ref, objectLock: canLock ? { defaultRetention } : undefined };
  });
}

export function readLogGroupNames(resources: StackResources): readonly string[] {
  return resources.ofType('AWS::Logs::LogGroup').map(({ identity }) => identity.ref);
}
