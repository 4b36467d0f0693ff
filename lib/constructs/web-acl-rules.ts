// The rules of the web ACL, in the order in which AWS WAF evaluates them. Prompts look like attacks: they hold shell
// commands, markup, paths, long text. So no rule that reads a body ever blocks one on its way to a model: such rules only
// count, and by the label that a count leaves behind the same finding is blocked on every other path.
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { STAGE_NAME } from './gateway-api.ts';

type Rule = CfnWebACL.RuleProperty;
type Unordered = Omit<Rule, 'priority' | 'visibilityConfig'>;

/** Keys of the ACL's customResponseBodies. */
export const RATE_LIMITED_BODY = 'rate-limited';
export const REFUSED_BODY = 'refused';

const LLM_PATH = 'path:llm';

interface ManagedGroup {
  readonly name: string;
  /** In label names, which AWS spells differently from the group's. */
  readonly labelName: string;
  /** Rules that read a body: blocked off `/v1` alone. */
  readonly bodyRules: readonly string[];
  /** Rules that do more harm than good for any API; counted, and that is all. */
  readonly ignoredRules?: readonly string[];
}

const bodyInspectingGroups: readonly ManagedGroup[] = [
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    labelName: 'known-bad-inputs',
    bodyRules: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    labelName: 'core-rule-set',
    bodyRules: [
      'SizeRestrictions_BODY',
      'EC2MetaDataSSRF_BODY',
      'GenericLFI_BODY',
      'GenericRFI_BODY',
      'CrossSiteScripting_BODY',
    ],
    // Plenty of HTTP clients name no user agent.
    ignoredRules: ['NoUserAgent_HEADER'],
  },
];

/** All rules, with priorities by their order, and none of them keeping samples of requests. */
export function webAclRules(options: { readonly requestsPerMinutePerIp: number }): Rule[] {
  const rules: Unordered[] = [
    labelLlmPaths,
    managedGroup({ name: 'AWSManagedRulesAmazonIpReputationList' }, []),
    limitRatePerIp(options.requestsPerMinutePerIp),
    ...bodyInspectingGroups.map((group) => managedGroup(group, [...group.bodyRules, ...(group.ignoredRules ?? [])])),
    blockBodyFindingsOffLlmPaths,
  ];
  return rules.map((rule, index) => ({ ...rule, priority: index * 10, visibilityConfig: visibility(rule.name) }));
}

/** Counted in CloudWatch; never sampled, as a sample holds the request. */
export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

/** Anchored, so that no other route can be made to look like one; the stage's name is part of the path that WAF sees. */
const labelLlmPaths: Unordered = {
  name: 'LabelLlmPaths',
  statement: {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `^(/${STAGE_NAME})?/v1/`,
      textTransformations: [{ priority: 0, type: 'NORMALIZE_PATH' }],
    },
  },
  ruleLabels: [{ name: LLM_PATH }],
  action: { count: {} },
};

function managedGroup({ name }: Pick<ManagedGroup, 'name'>, countedRules: readonly string[]): Unordered {
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: countedRules.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    overrideAction: { none: {} },
  };
}

/** A shield against floods; what a caller may do is the product's own, exact limit. */
function limitRatePerIp(limit: number): Unordered {
  return {
    name: 'RatePerIp',
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 60 } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: RATE_LIMITED_BODY,
          responseHeaders: [
            { name: 'retry-after', value: '30' },
            { name: 'retry-after-ms', value: '30000' },
          ],
        },
      },
    },
  };
}

/** The label that a counted rule leaves: `Log4JRCE_BODY` leaves `…:Log4JRCE_Body`. */
function labelOf(group: ManagedGroup, rule: string): string {
  return `awswaf:managed:aws:${group.labelName}:${rule.replace(/_BODY$/, '_Body')}`;
}

function hasLabel(key: string): CfnWebACL.StatementProperty {
  return { labelMatchStatement: { scope: 'LABEL', key } };
}

const blockBodyFindingsOffLlmPaths: Unordered = {
  name: 'BlockBodyFindingsOffLlmPaths',
  statement: {
    andStatement: {
      statements: [
        { notStatement: { statement: hasLabel(LLM_PATH) } },
        {
          orStatement: {
            statements: bodyInspectingGroups.flatMap((group) =>
              group.bodyRules.map((rule) => hasLabel(labelOf(group, rule))),
            ),
          },
        },
      ],
    },
  },
  action: { block: { customResponse: { responseCode: 403, customResponseBodyKey: REFUSED_BODY } } },
};
