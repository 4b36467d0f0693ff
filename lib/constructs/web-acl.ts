import { CfnIPSet, CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, Aws, Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import type { WebAclConfig } from '../web-acl-config.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import type { OperationsKey } from './operations-key.ts';
import { customResponseBodies } from './web-acl-responses.ts';
import { type AddressSets, keyHeaders, visibility, webAclRules } from './web-acl-rules.ts';

export interface WebAclProps {
  readonly stage: StageConfig;
  /** The API Gateway stage to stand in front of. */
  readonly stageArn: string;
  /** Encrypts the log of blocked requests. */
  readonly key: OperationsKey;
}

const secretHeaders = [...keyHeaders, 'cookie'];

/** The web ACL before the API. What it sees of bodies, query strings and credentials it neither samples nor logs. */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, { stage, stageArn, key }: WebAclProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies,
      rules: webAclRules(stage.webAcl, this.addAddressSets(stage.webAcl)),
      associationConfig: { requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: 'KB_64' } } },
      dataProtectionConfig: { dataProtections },
      // The name tells the metrics of two stacks apart.
      visibilityConfig: visibility(Aws.STACK_NAME),
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stageArn, webAclArn: acl.attrArn });
    this.addBlockLog(acl, { stage, key });
  }

  /** There before they are needed: an address can be added to a set at once, without a deployment. */
  private addAddressSets({ blocked, allowed }: WebAclConfig): AddressSets {
    return {
      blocked: this.addAddressSet('Blocked', blocked),
      allowed: allowed && this.addAddressSet('Allowed', allowed),
    };
  }

  private addAddressSet(name: string, ranges: readonly string[]): string[] {
    return (['IPV4', 'IPV6'] as const).map((ipAddressVersion) => {
      const addresses = ranges.filter((range) => range.includes(':') === (ipAddressVersion === 'IPV6'));
      const set = new CfnIPSet(this, `${name}${ipAddressVersion}`, { scope: 'REGIONAL', ipAddressVersion, addresses });
      return set.attrArn;
    });
  }

  private addBlockLog(acl: CfnWebACL, { stage, key }: Pick<WebAclProps, 'stage' | 'key'>): void {
    const logGroup = new EncryptedLogGroup(this, 'BlockLog', {
      key,
      retentionDays: stage.logRetentionDays,
      retainData: stage.retainData,
      // AWS WAF insists on the prefix. The stack's own UUID makes it unique, and free again for a stack made anew.
      logGroupName: `aws-waf-logs-${Aws.STACK_NAME}-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
    });
    new CfnLoggingConfiguration(this, 'BlockLogging', {
      resourceArn: acl.attrArn,
      // Without the `:*` that the group's own ARN attribute ends in, which AWS WAF refuses.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      loggingFilter: keepBlocksOnly,
      redactedFields: [{ queryString: {} }, ...secretHeaders.map((Name) => ({ singleHeader: { Name } }))],
    });
  }
}

/** Applies wherever AWS WAF shows a request, details of a match included; `redactedFields` is the log's second layer. */
const dataProtections: CfnWebACL.DataProtectProperty[] = [
  { action: 'SUBSTITUTION', field: { fieldType: 'BODY' } },
  { action: 'SUBSTITUTION', field: { fieldType: 'QUERY_STRING' } },
  { action: 'SUBSTITUTION', field: { fieldType: 'SINGLE_HEADER', fieldKeys: secretHeaders } },
];

/** Counts would log nearly every prompt of more than 8 KB. */
const keepBlocksOnly = {
  DefaultBehavior: 'DROP',
  Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
};
