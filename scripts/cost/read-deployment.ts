import * as z from 'zod';

const resource = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const template = z.looseObject({ Resources: z.record(z.string(), resource) });
type Template = z.infer<typeof template>;

const functionProperties = z.looseObject({ MemorySize: z.int(), Description: z.string().optional() });
const webAclProperties = z.looseObject({ Rules: z.array(z.unknown()) });
const tableProperties = z.looseObject({
  Replicas: z.array(
    z.looseObject({
      PointInTimeRecoverySpecification: z.looseObject({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
    }),
  ),
});
const stageProperties = z.looseObject({ TracingEnabled: z.boolean().optional() });
const logGroupProperties = z.looseObject({ RetentionInDays: z.int().optional() });

/** What of a synthesized stack costs something. */
export interface Deployment {
  readonly proxyMemoryMiB: number;
  readonly webAcls: number;
  readonly webAclRules: number;
  readonly kmsKeys: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly isTraced: boolean;
  readonly hasBackups: boolean;
  /** Of the data plane's log, which nearly all lines are in. */
  readonly logRetentionDays: number;
}

function propertiesOf<Schema extends z.ZodType>({ Resources }: Template, type: string, schema: Schema) {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => ({ id, properties: schema.parse(Properties) }));
}

function memoryOfProxy(from: Template): number {
  const found = propertiesOf(from, 'AWS::Lambda::Function', functionProperties).find(({ id }) =>
    /^ProxyFunction/.test(id),
  );
  if (found === undefined) throw new Error('the template has no data-plane function (ProxyFunction…)');
  return found.properties.MemorySize;
}

/** Reads a CloudFormation template of a stage. Throws where it is not one. */
export function readDeployment(json: unknown): Deployment {
  const from = template.parse(json);
  const count = (type: string) => propertiesOf(from, type, z.looseObject({})).length;
  const acls = propertiesOf(from, 'AWS::WAFv2::WebACL', webAclProperties);
  const tables = propertiesOf(from, 'AWS::DynamoDB::GlobalTable', tableProperties);
  const logs = propertiesOf(from, 'AWS::Logs::LogGroup', logGroupProperties).find(({ id }) => id.startsWith('Proxy'));
  return {
    proxyMemoryMiB: memoryOfProxy(from),
    webAcls: acls.length,
    webAclRules: acls.reduce((sum, { properties }) => sum + properties.Rules.length, 0),
    kmsKeys: count('AWS::KMS::Key') + count('AWS::KMS::ReplicaKey'),
    alarms: count('AWS::CloudWatch::Alarm') + count('AWS::CloudWatch::CompositeAlarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    isTraced: propertiesOf(from, 'AWS::ApiGateway::Stage', stageProperties).some(
      ({ properties }) => properties.TracingEnabled === true,
    ),
    hasBackups: tables.some(({ properties }) =>
      properties.Replicas.some(
        ({ PointInTimeRecoverySpecification }) => PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
      ),
    ),
    logRetentionDays: logs?.properties.RetentionInDays ?? 0,
  };
}
