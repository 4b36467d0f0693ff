import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  type StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { GatewayFunction } from './gateway-function.ts';
import type { RotatedKey } from './rotated-key.ts';

/** What every table takes. */
export interface TableProps {
  readonly key: RotatedKey;
  /**
   * Whether the table outlives its stack, and refuses to be deleted.
   *
   * @default false - deleted with the stack
   */
  readonly retainData?: boolean;
}

export interface GatewayTableProps extends TableProps {
  /** How far back the table can be restored, and so for how long a deleted item can still be had (1 to 35 days). */
  readonly recoveryDays: number;
  /**
   * Whether items may carry `expiresAtSeconds`, after which DynamoDB drops them.
   *
   * @default false - items stay
   */
  readonly expires?: boolean;
  /** @default - no stream */
  readonly stream?: StreamViewType;
  /** @default - no index */
  readonly index?: GlobalSecondaryIndexPropsV2;
}

/** Operations of one kind on the items of some partitions. */
export interface ItemGrant {
  /** Without `dynamodb:`. */
  readonly actions: readonly string[];
  /** Patterns of the partition key, such as `ACCOUNT#*`: other items are out of reach. */
  readonly partitions: readonly string[];
  /**
   * Whether only as a part of a transaction, beside the audit event of the change.
   *
   * @default false - by itself as well
   */
  readonly inTransaction?: boolean;
}

/**
 * A DynamoDB table as all of ours are: `pk` and `sk`, on demand, under our own key, restorable to any second.
 * Grants are written by hand: those of the library give whole families of actions.
 */
export class GatewayTable extends Construct {
  protected readonly tableName: string;
  private readonly table: TableV2;
  private readonly key: RotatedKey;

  constructor(scope: Construct, id: string, props: GatewayTableProps) {
    super(scope, id);
    const retainData = props.retainData ?? false;
    this.key = props.key;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(props.key),
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: props.recoveryDays,
      },
      timeToLiveAttribute: props.expires ? 'expiresAtSeconds' : undefined,
      dynamoStream: props.stream,
      resourcePolicy: overTlsAlone(),
      globalSecondaryIndexes: props.index && [props.index],
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.tableName = this.table.tableName;
  }

  /** Reads and writes that DynamoDB turned away, of the table and its indexes. */
  throttles(): readonly IMetric[] {
    return ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      this.table.metric(name, { statistic: Stats.SUM, period: Duration.minutes(5), label: `${this.node.id} ${name}` }),
    );
  }

  /** Queries of some partitions of one index, and of nothing else. Comes on top of `allow`. */
  protected allowIndex(fn: GatewayFunction, indexName: string, partitions: readonly string[]): void {
    const index = `${this.table.tableArn}/index/${indexName}`;
    fn.allow(statementOf({ actions: ['Query'], partitions }, index));
  }

  /** DynamoDB decrypts on the caller's behalf, so the caller needs the key too: for this table, through DynamoDB alone. */
  protected allow(fn: GatewayFunction, ...grants: readonly ItemGrant[]): void {
    fn.allow(
      ...grants.map((grant) => statementOf(grant, this.table.tableArn)),
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com`,
            'kms:EncryptionContext:aws:dynamodb:tableName': this.tableName,
          },
        },
      }),
    );
  }
}

/** Whoever has permission, the table answers no call that comes unencrypted. */
function overTlsAlone(): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'OverTlsAlone',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:*'],
        // The table itself: a policy that named its ARN would be a circle.
        resources: ['*'],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ],
  });
}

function statementOf({ actions, partitions, inTransaction = false }: ItemGrant, resource: string): PolicyStatement {
  return new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [resource],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] },
      // A request that names no partition at all would satisfy "for all".
      Null: { 'dynamodb:LeadingKeys': 'false' },
      ...(inTransaction && { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } }),
    },
  });
}
