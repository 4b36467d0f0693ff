// Stand-ins for the rules of AWS's managed groups that read a body: AWS publishes what they are after, not their patterns.
// They show which requests a finding would end, and which it would not; they judge no request as AWS would. Of the groups'
// other rules (addresses, headers, query strings) none is here.
import type { InspectedRequest } from './inspected-request.ts';

export interface ManagedRule {
  readonly name: string;
  readonly label: string;
  readonly finds: (request: InspectedRequest) => boolean;
}

function bodyRule(group: string, name: string, finds: (body: string) => boolean): ManagedRule {
  const label = `awswaf:managed:aws:${group}:${name.replace(/_BODY$/, '_Body')}`;
  return { name, label, finds: ({ body }) => finds(body) };
}

function bodyPattern(group: string, name: string, pattern: RegExp): ManagedRule {
  return bodyRule(group, name, (body) => pattern.test(body));
}

/** A quote, then a condition that is always true; a union; a second statement. */
const sqlInjection =
  /['"]\s*(or|and)\s+['"\w]+\s*=|\bunion\s+(all\s+)?select\b|;\s*(drop|delete|insert|update|select)\s/i;

const managedRules: Readonly<Record<string, readonly ManagedRule[]>> = {
  AWSManagedRulesAntiDDoSRuleSet: [],
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesAnonymousIpList: [],
  AWSManagedRulesKnownBadInputsRuleSet: [
    bodyPattern('known-bad-inputs', 'JavaDeserializationRCE_BODY', /java\.lang\.(Runtime|ProcessBuilder)|rO0AB/),
    bodyPattern('known-bad-inputs', 'Log4JRCE_BODY', /\$\{jndi:/i),
    bodyPattern('known-bad-inputs', 'ReactJSRCE_BODY', /\$\d+:__proto__:|\$\d+:constructor:constructor/),
  ],
  AWSManagedRulesCommonRuleSet: [
    bodyRule('core-rule-set', 'SizeRestrictions_BODY', (body) => body.length > 8_192),
    bodyPattern('core-rule-set', 'EC2MetaDataSSRF_BODY', /169\.254\.169\.254|fd00:ec2::254/i),
    bodyPattern('core-rule-set', 'GenericLFI_BODY', /\.\.[/\\]{1,2}\.\.[/\\]/),
    bodyPattern('core-rule-set', 'GenericRFI_BODY', /\b(https?|ftps?|file):\/\/\d{1,3}(\.\d{1,3}){3}/i),
    bodyPattern(
      'core-rule-set',
      'CrossSiteScripting_BODY',
      /<(script|meta|iframe)\b|javascript:|\bon(error|load)\s*=/i,
    ),
  ],
  AWSManagedRulesSQLiRuleSet: [bodyPattern('sql-database', 'SQLi_BODY', sqlInjection)],
};

/** Throws an Error for a group of which nothing is known here. */
export function managedRulesOf(group: string): readonly ManagedRule[] {
  const rules = managedRules[group];
  if (rules === undefined) throw new Error(`The local runner does not know the managed rule group ${group}.`);
  return rules;
}
