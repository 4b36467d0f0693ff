// The rule groups that AWS maintains, and which of their rules may block. Prompts look like attacks: they hold shell
// commands, markup, paths, long text. So no rule that reads a body ever blocks one on its way to a model: such rules only
// count, and by the label that a count leaves behind the same finding is blocked on every other path.
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';

/** A rule before its place in the order, and its metric, are known. */
export type UnorderedRule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;
type Statement = CfnWebACL.StatementProperty;

interface ManagedGroup {
  readonly name: string;
  /** In label names, which AWS spells differently from the group's. */
  readonly labelName: string;
  /** Rules that are counted, and whose finding is blocked off the model routes alone. */
  readonly bodyRules: readonly string[];
  /** Rules that do more harm than good for any API; counted, and that is all. */
  readonly ignoredRules: readonly string[];
}

const knownBadInputs: ManagedGroup = {
  name: 'AWSManagedRulesKnownBadInputsRuleSet',
  labelName: 'known-bad-inputs',
  bodyRules: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  ignoredRules: [],
};

const coreRuleSet: ManagedGroup = {
  name: 'AWSManagedRulesCommonRuleSet',
  labelName: 'core-rule-set',
  bodyRules: ['EC2MetaDataSSRF_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY', 'CrossSiteScripting_BODY'],
  ignoredRules: [
    // Our own limit is the size that AWS WAF can see whole; this one is a fixed 8 KB.
    'SizeRestrictions_BODY',
    // Plenty of HTTP clients name no user agent.
    'NoUserAgent_HEADER',
  ],
};

const ANONYMOUS_RULES = ['AnonymousIPList', 'HostingProviderIPList'] as const;

interface GroupOptions {
  /** Rules that count in place of what the group has them do. @default none */
  readonly countedRules?: readonly string[];
  /** What the group looks at. @default every request */
  readonly scopeDown?: Statement;
  readonly configs?: readonly CfnWebACL.ManagedRuleGroupConfigProperty[];
}

function managedGroup(name: string, { countedRules = [], scopeDown, configs }: GroupOptions = {}): UnorderedRule {
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: countedRules.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        scopeDownStatement: scopeDown,
        managedRuleGroupConfigs: configs && [...configs],
      },
    },
    overrideAction: { none: {} },
  };
}

/** Blocks floods that look like an attack on the whole API. A challenge would need a browser, so there is none. */
export const antiDdos = managedGroup('AWSManagedRulesAntiDDoSRuleSet', {
  configs: [
    {
      awsManagedRulesAntiDDoSRuleSet: {
        sensitivityToBlock: 'LOW',
        clientSideActionConfig: { challenge: { usageOfAction: 'DISABLED' } },
      },
    },
  ],
});

export const ipReputation = managedGroup('AWSManagedRulesAmazonIpReputationList');

/** Counts alone: the callers of an API sit in data centres, and people behind VPNs are welcome. See `fromAnonymous`. */
export const anonymousIps = managedGroup('AWSManagedRulesAnonymousIpList', { countedRules: ANONYMOUS_RULES });

/** Whether the address hides who calls: VPNs, proxies, Tor. */
export const fromAnonymous: Statement = hasLabel('awswaf:managed:aws:anonymous-ip-list:AnonymousIPList');

/** The groups that read bodies everywhere, in order. */
export const bodyInspectingGroups: readonly UnorderedRule[] = [knownBadInputs, coreRuleSet].map((group) =>
  managedGroup(group.name, { countedRules: [...group.bodyRules, ...group.ignoredRules] }),
);

/** Prompts hold SQL; nothing here speaks it. So this group does not see the model routes at all. */
export function sqlInjection(scopeDown: Statement): UnorderedRule {
  return managedGroup('AWSManagedRulesSQLiRuleSet', { scopeDown });
}

/** Whether a counted rule found something in the body: `Log4JRCE_BODY` leaves the label `…:Log4JRCE_Body`. */
export const hasBodyFinding: Statement = {
  orStatement: {
    statements: [knownBadInputs, coreRuleSet].flatMap(({ labelName, bodyRules }) =>
      bodyRules.map((rule) => hasLabel(`awswaf:managed:aws:${labelName}:${rule.replace(/_BODY$/, '_Body')}`)),
    ),
  },
};

export function hasLabel(key: string): Statement {
  return { labelMatchStatement: { scope: 'LABEL', key } };
}
