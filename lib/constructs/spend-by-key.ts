import { CfnInsightRule, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { GatewayFunction } from './gateway-function.ts';

/**
 * Who spends most, by public key id, as CloudWatch reads it off the data plane's log: a metric for each key would cost more
 * than the keys do.
 */
export class SpendByKey extends Construct {
  readonly ruleName = `${Aws.STACK_NAME}-spend-by-key`;

  constructor(scope: Construct, id: string, { lambda }: GatewayFunction) {
    super(scope, id);
    new CfnInsightRule(this, 'Rule', {
      ruleName: this.ruleName,
      ruleState: 'ENABLED',
      ruleBody: Stack.of(this).toJsonString({ ...ruleBody, LogGroupNames: [lambda.logGroup.logGroupName] }),
    });
  }

  /** What the key that spent most has spent in an hour, in USD. */
  highestUsd(): MathExpression {
    return new MathExpression({
      expression: `INSIGHT_RULE_METRIC('${this.ruleName}', 'MaxContributorValue') / 1000000000`,
      usingMetrics: {},
      label: 'Spent by the key that spends most, USD',
      period: Duration.hours(1),
    });
  }
}

const ruleBody = {
  Schema: { Name: 'CloudWatchLogRule', Version: 1 },
  LogFormat: 'JSON',
  Contribution: {
    Keys: ['$.keyId'],
    ValueOf: '$.amountNano',
    Filters: [{ Match: '$.event', In: ['request'] }],
  },
  AggregateOn: 'Sum',
};
