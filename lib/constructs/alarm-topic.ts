import type { AlarmActionConfig, IAlarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import type { OperationsKey } from './operations-key.ts';

export interface AlarmTopicProps {
  readonly stage: StageConfig;
  readonly key: OperationsKey;
}

/** Where every alarm of the stage goes: an encrypted SNS topic that CloudWatch alone may publish to, over TLS. */
export class AlarmTopic extends Construct implements IAlarmAction {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string, { stage, key }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    // Without it CloudWatch could not encrypt what it publishes, and alarms would vanish without a word.
    key.allowAlarms();
    // The library's own grant would let the alarms of any AWS account in.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const address of stage.alarmEmails) this.topic.addSubscription(new EmailSubscription(address));
  }

  bind(_scope: Construct, _alarm: IAlarm): AlarmActionConfig {
    return { alarmActionArn: this.topic.topicArn };
  }
}
