import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, Aws, Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import { renderErrorBody } from './gateway-responses.ts';
import type { OperationsKey } from './operations-key.ts';
import { RATE_LIMITED_BODY, REFUSED_BODY, visibility, webAclRules } from './web-acl-rules.ts';

export interface WebAclProps {
  readonly stage: StageConfig;
  /** The API Gateway stage to stand in front of. */
  readonly stageArn: string;
  /** Encrypts the log of blocked requests. */
  readonly key: OperationsKey;
}

/** Every header in which a client may send a credential. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];

const customResponseBodies = {
  [RATE_LIMITED_BODY]: {
    contentType: 'APPLICATION_JSON',
    content: renderErrorBody({
      type: 'requests',
      code: 'rate_limit_exceeded',
      message: 'Too many requests come from this address. Try again shortly.',
    }),
  },
  [REFUSED_BODY]: {
    contentType: 'APPLICATION_JSON',
    content: renderErrorBody({
      type: 'invalid_request_error',
      code: 'permission_denied',
      message: 'The request is not allowed.',
    }),
  },
};

/** The web ACL before the API. What it sees of bodies, query strings and credentials it neither samples nor logs. */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, { stage, stageArn, key }: WebAclProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies,
      rules: webAclRules(stage),
      dataProtectionConfig: { dataProtections },
      // The name tells the metrics of two stacks apart.
      visibilityConfig: visibility(Aws.STACK_NAME),
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stageArn, webAclArn: acl.attrArn });

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
      redactedFields: [{ queryString: {} }, ...credentialHeaders.map((Name) => ({ singleHeader: { Name } }))],
    });
  }
}

/** Applies wherever AWS WAF shows a request, details of a match included; `redactedFields` is the log's second layer. */
const dataProtections: CfnWebACL.DataProtectProperty[] = [
  { action: 'SUBSTITUTION', field: { fieldType: 'BODY' } },
  { action: 'SUBSTITUTION', field: { fieldType: 'QUERY_STRING' } },
  { action: 'SUBSTITUTION', field: { fieldType: 'SINGLE_HEADER', fieldKeys: credentialHeaders } },
];

/** Counts would log nearly every prompt of more than 8 KB. */
const keepBlocksOnly = {
  DefaultBehavior: 'DROP',
  Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
};
