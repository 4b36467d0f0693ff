import * as z from 'zod';
import { logGroupNameIn } from './physical-identity.ts';
import type { StackResources } from './stack-resources.ts';

// Strict throughout: a rule that the runner did not take in whole would be a rule that is not in force.

const empty = z.strictObject({});

const textTransformations = z.tuple([z.strictObject({ Priority: z.number(), Type: z.enum(['NONE', 'MD5']) })]);

const fieldToMatch = z.union([
  z.strictObject({ UriPath: empty }),
  z.strictObject({ SingleHeader: z.strictObject({ Name: z.string() }) }),
  z.strictObject({ Body: z.strictObject({ OversizeHandling: z.enum(['CONTINUE', 'MATCH', 'NO_MATCH']) }) }),
]);
export type FieldToMatch = z.infer<typeof fieldToMatch>;

const rateBasedStatement = z.strictObject({
  AggregateKeyType: z.enum(['IP', 'CUSTOM_KEYS']),
  CustomKeys: z
    .array(z.strictObject({ Header: z.strictObject({ Name: z.string(), TextTransformations: textTransformations }) }))
    .default([]),
  Limit: z.number(),
  EvaluationWindowSec: z.number(),
  get ScopeDownStatement() {
    return statement.optional();
  },
});
export type RateBasedStatement = z.infer<typeof rateBasedStatement>;

const managedRuleGroupStatement = z.strictObject({
  VendorName: z.literal('AWS'),
  Name: z.string(),
  RuleActionOverrides: z
    .array(z.strictObject({ Name: z.string(), ActionToUse: z.strictObject({ Count: empty }) }))
    .default([]),
  ManagedRuleGroupConfigs: z.array(z.unknown()).default([]),
  get ScopeDownStatement() {
    return statement.optional();
  },
});
export type ManagedRuleGroupStatement = z.infer<typeof managedRuleGroupStatement>;

const statement = z.union([
  z.strictObject({
    RegexMatchStatement: z.strictObject({
      FieldToMatch: fieldToMatch,
      RegexString: z.string(),
      TextTransformations: textTransformations,
    }),
  }),
  z.strictObject({
    SizeConstraintStatement: z.strictObject({
      FieldToMatch: fieldToMatch,
      ComparisonOperator: z.literal('GT'),
      Size: z.number(),
      TextTransformations: textTransformations,
    }),
  }),
  z.strictObject({ LabelMatchStatement: z.strictObject({ Scope: z.literal('LABEL'), Key: z.string() }) }),
  z.strictObject({ IPSetReferenceStatement: z.strictObject({ Arn: z.string() }) }),
  z.strictObject({ RateBasedStatement: rateBasedStatement }),
  z.strictObject({ ManagedRuleGroupStatement: managedRuleGroupStatement }),
  z.strictObject({
    get NotStatement() {
      return z.strictObject({ Statement: statement });
    },
  }),
  z.strictObject({
    get AndStatement() {
      return z.strictObject({ Statements: z.array(statement) });
    },
  }),
  z.strictObject({
    get OrStatement() {
      return z.strictObject({ Statements: z.array(statement) });
    },
  }),
]);
export type Statement = z.infer<typeof statement>;

const customResponse = z.strictObject({
  ResponseCode: z.number(),
  CustomResponseBodyKey: z.string().optional(),
  ResponseHeaders: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
});

const rule = z.strictObject({
  Name: z.string(),
  Priority: z.number(),
  Statement: statement,
  Action: z
    .union([
      z.strictObject({ Count: empty }),
      z.strictObject({ Block: z.strictObject({ CustomResponse: customResponse.optional() }) }),
    ])
    .optional(),
  OverrideAction: z.strictObject({ None: empty }).optional(),
  RuleLabels: z.array(z.strictObject({ Name: z.string() })).default([]),
  VisibilityConfig: z.unknown(),
});
export type AclRule = z.infer<typeof rule>;

const inspectedBytes = { KB_16: 16_384, KB_32: 32_768, KB_48: 49_152, KB_64: 65_536 } as const;

const webAcl = z.object({
  DefaultAction: z.strictObject({ Allow: empty }),
  Rules: z.array(rule),
  CustomResponseBodies: z
    .record(z.string(), z.strictObject({ ContentType: z.literal('APPLICATION_JSON'), Content: z.string() }))
    .default({}),
  AssociationConfig: z
    .strictObject({
      RequestBody: z.strictObject({
        API_GATEWAY: z.strictObject({ DefaultSizeInspectionLimit: z.enum(['KB_16', 'KB_32', 'KB_48', 'KB_64']) }),
      }),
    })
    .optional(),
});
const ipSet = z.object({ Addresses: z.array(z.string()) });
const association = z.object({ WebACLArn: z.string() });
const logging = z.object({ ResourceArn: z.string(), LogDestinationConfigs: z.array(z.string()) });

/** The web ACL that stands before the API. */
export interface WebAclModel {
  readonly arn: string;
  /** In the order of their priorities. */
  readonly rules: readonly AclRule[];
  /** JSON texts, by the key that actions name. */
  readonly responseBodies: Readonly<Record<string, string>>;
  /** CIDR ranges by the ARN of their set. */
  readonly ipSets: ReadonlyMap<string, readonly string[]>;
  /** How much of a body its rules see. */
  readonly inspectedBytes: number;
  readonly blockLogGroup: string | undefined;
}

/**
 * The web ACL that the template associates with the API; undefined where it associates none.
 * @throws Error where there are several, or one has a rule that the runner does not know.
 */
export function readWebAclModel(resources: StackResources): WebAclModel | undefined {
  const [first, ...others] = resources.ofType('AWS::WAFv2::WebACLAssociation').map((found) => found.read(association));
  if (first === undefined) return undefined;
  const arn = first.WebACLArn;
  const found = resources.ofType('AWS::WAFv2::WebACL').find(({ identity }) => identity.attributes['Arn'] === arn);
  if (found === undefined || others.length > 0)
    throw new Error('The local runner needs exactly one web ACL of the API.');
  const properties = found.read(webAcl);
  const limit = properties.AssociationConfig?.RequestBody.API_GATEWAY.DefaultSizeInspectionLimit ?? 'KB_16';
  const logs = resources.ofType('AWS::WAFv2::LoggingConfiguration').map((resource) => resource.read(logging));
  const [destination = ''] = logs.find(({ ResourceArn }) => ResourceArn === arn)?.LogDestinationConfigs ?? [];
  return {
    arn,
    rules: properties.Rules.toSorted((a, b) => a.Priority - b.Priority),
    responseBodies: Object.fromEntries(
      Object.entries(properties.CustomResponseBodies).map(([key, { Content }]) => [key, Content]),
    ),
    ipSets: new Map(
      resources
        .ofType('AWS::WAFv2::IPSet')
        .map((set) => [set.identity.attributes['Arn'] ?? '', set.read(ipSet).Addresses] as const),
    ),
    inspectedBytes: inspectedBytes[limit],
    blockLogGroup: logGroupNameIn(destination),
  };
}
