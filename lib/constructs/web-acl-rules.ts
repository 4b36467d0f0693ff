// The rules of the web ACL, in the order in which AWS WAF evaluates them: who calls, how often, how much, and last what.
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { WebAclConfig } from '../web-acl-config.ts';
import { decimalAbove } from './decimal-above.ts';
import { STAGE_NAME } from './gateway-api.ts';
import {
  anonymousIps,
  antiDdos,
  bodyInspectingGroups,
  fromAnonymous,
  hasBodyFinding,
  hasLabel,
  ipReputation,
  sqlInjection,
  type UnorderedRule,
} from './managed-rule-groups.ts';
import { blockWith, MANAGEMENT_BODY_BYTES, MODEL_BODY_BYTES, type RefusalName } from './web-acl-responses.ts';

type Statement = CfnWebACL.StatementProperty;

/** Every header in which a client may send a key. */
export const keyHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

/** The routes whose bodies are prompts. */
const MODEL_ROUTES = [
  'chat/completions',
  'responses',
  'embeddings',
  'moderations',
  'messages',
  'messages/count_tokens',
] as const;

export interface AddressSets {
  /** ARNs of IP sets, one per IP version. */
  readonly blocked: readonly string[];
  /** @default - every address that is not blocked */
  readonly allowed?: readonly string[] | undefined;
}

/** All rules, with priorities by their order, and none of them keeping samples of requests. */
export function webAclRules(config: WebAclConfig, addresses: AddressSets): CfnWebACL.RuleProperty[] {
  const rules: UnorderedRule[] = [
    ...(config.antiDdos ? [antiDdos] : []),
    labelModelRoutes,
    refuse('BlockedAddresses', isIn(addresses.blocked), 'address-refused'),
    ...(addresses.allowed ? [refuse('AddressesNotAllowed', not(isIn(addresses.allowed)), 'address-refused')] : []),
    ipReputation,
    anonymousIps,
    refuse('AnonymousOperators', all([onPath('/admin(/.*)?'), fromAnonymous]), 'refused'),
    limitRate('RatePerAddress', { aggregateKeyType: 'IP', limit: config.requestsPerMinutePerIp }),
    ...keyHeaders.map((header) => limitRatePerKey(header, config.requestsPerMinutePerKey)),
    limitRate('ManagementRatePerAddress', {
      aggregateKeyType: 'IP',
      limit: config.managementRequestsPerMinutePerIp,
      scopeDownStatement: not(isModelRoute),
    }),
    refuse('BodyTooLarge', bodyIsLargerThan(MODEL_BODY_BYTES), 'too-large'),
    refuse('ManagementBodyTooLarge', all([not(isModelRoute), inspectedBodyIsLarger]), 'management-too-large'),
    ...bodyInspectingGroups,
    sqlInjection(not(isModelRoute)),
    refuse('BodyFindingsOffModelRoutes', all([not(isModelRoute), hasBodyFinding]), 'refused'),
  ];
  return rules.map((rule, index) => ({ ...rule, priority: index * 10, visibilityConfig: visibility(rule.name) }));
}

/** Counted in CloudWatch; never sampled, as a sample holds the request. */
export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

function refuse(name: string, statement: Statement, answer: RefusalName): UnorderedRule {
  return { name, statement, action: blockWith(answer) };
}

function not(statement: Statement): Statement {
  return { notStatement: { statement } };
}

function all(statements: Statement[]): Statement {
  return { andStatement: { statements } };
}

const untransformed = [{ priority: 0, type: 'NONE' }];

/**
 * Whether the path, just as it was sent, is that and no more; the stage's name is part of it on the default host name.
 * Nothing is normalized: API Gateway routes by what was sent, so no other route can be made to look like this one.
 */
function onPath(pattern: string): Statement {
  return {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `^(/${STAGE_NAME})?${pattern}$`,
      textTransformations: untransformed,
    },
  };
}

const MODEL_ROUTE_LABEL = 'route:model';

/** Labelled once: each later look at the label costs a third of the pattern. */
const labelModelRoutes: UnorderedRule = {
  name: 'LabelModelRoutes',
  statement: onPath(`/v1/(${MODEL_ROUTES.join('|')})`),
  ruleLabels: [{ name: MODEL_ROUTE_LABEL }],
  action: { count: {} },
};

const isModelRoute = hasLabel(MODEL_ROUTE_LABEL);

function isIn(setArns: readonly string[]): Statement {
  return { orStatement: { statements: setArns.map((arn) => ({ ipSetReferenceStatement: { arn } })) } };
}

/** A shield against floods, approximate and per region; what a caller may do is the product's own, exact limit. */
function limitRate(name: string, statement: CfnWebACL.RateBasedStatementProperty): UnorderedRule {
  return {
    name,
    statement: { rateBasedStatement: { evaluationWindowSec: 60, ...statement } },
    action: blockWith('rate-limited'),
  };
}

/** One rule per header, as AWS WAF counts only requests that have every part of a rule's key. It tracks a hash alone. */
function limitRatePerKey(header: string, limit: number): UnorderedRule {
  return limitRate(`RatePerKey-${header}`, {
    aggregateKeyType: 'CUSTOM_KEYS',
    customKeys: [{ header: { name: header, textTransformations: [{ priority: 0, type: 'MD5' }] } }],
    limit,
  });
}

function bodyIsLargerThan(bytes: number): Statement {
  return {
    regexMatchStatement: {
      fieldToMatch: { singleHeader: { Name: 'content-length' } },
      regexString: decimalAbove(bytes),
      textTransformations: untransformed,
    },
  };
}

/** Also of a body whose length no header tells: what lies beyond the part that AWS WAF sees counts as a match. */
const inspectedBodyIsLarger: Statement = {
  sizeConstraintStatement: {
    fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
    comparisonOperator: 'GT',
    size: MANAGEMENT_BODY_BYTES,
    textTransformations: untransformed,
  },
};
