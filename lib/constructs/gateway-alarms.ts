import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { BurnRateAlarms } from './burn-rate-alarms.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { blockedRequests, gatewayMetric, sumOf } from './gateway-metrics.ts';
import type { GatewayTable } from './gateway-table.ts';
import type { SpendByKey } from './spend-by-key.ts';

export interface GatewayAlarmsProps {
  readonly stage: StageConfig;
  readonly topic: AlarmTopic;
  /** Answers the data plane. */
  readonly proxy: GatewayFunction;
  /** Ends what nobody ended; runs every minute. */
  readonly sweeper: GatewayFunction;
  /** All of the stage, those two included. */
  readonly functions: readonly GatewayFunction[];
  readonly tables: readonly GatewayTable[];
  readonly spendByKey: SpendByKey;
}

/** One alarm, and by its id the section of docs/runbook.md that says what to do about it. */
interface AlarmSpec {
  readonly id: string;
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default GREATER_THAN_THRESHOLD */
  readonly comparison?: ComparisonOperator;
  /** How many of how many periods. @default 1 of 1 */
  readonly periods?: readonly [number, number];
  /** @default NOT_BREACHING */
  readonly missing?: TreatMissingData;
}

/** How near to Lambda's quota of environments the data plane may come unremarked. */
const CONCURRENCY_SHARE = 0.8;

export class GatewayAlarms extends Construct {
  constructor(scope: Construct, id: string, props: GatewayAlarmsProps) {
    super(scope, id);
    const { stage, topic, proxy } = props;
    const describe = (alarmId: string, meaning: string) => `${meaning}. ${stage.runbookUrl}#${alarmId}`;
    new BurnRateAlarms(this, 'BurnRate', { stage, topic, proxy, describe });
    for (const spec of [...ledgerAlarms(props), ...platformAlarms(props), ...abuseAlarms(props)]) {
      const [datapointsToAlarm, evaluationPeriods] = spec.periods ?? [1, 1];
      const alarm = new Alarm(this, spec.id, {
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
        datapointsToAlarm,
        evaluationPeriods,
        treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
        alarmDescription: describe(spec.id, spec.meaning),
      });
      alarm.addAlarmAction(topic);
    }
  }
}

/** What the ledger promises, and what would tell that it does not keep to it. */
function ledgerAlarms({ stage, sweeper }: GatewayAlarmsProps): AlarmSpec[] {
  return [
    {
      id: 'ledger-violations',
      meaning: 'A provider reported more than the upper bound of a request: the bound was charged, and is wrong',
      metric: gatewayMetric(stage, 'LedgerViolations'),
      threshold: 0,
    },
    {
      id: 'unsettled-requests',
      meaning: 'Requests could not be settled when they ended; the sweeper settles them when their lease runs out',
      metric: gatewayMetric(stage, 'UnsettledRequests'),
      threshold: 0,
      periods: [2, 3],
    },
    {
      id: 'sweeper-silent',
      meaning: 'Reservations of functions that died are not being settled: the sweeper did not run, or failed',
      metric: sweeper.lambda.metricInvocations({ period: Duration.minutes(5), statistic: Stats.SUM }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: [2, 2],
      missing: TreatMissingData.BREACHING,
    },
  ];
}

function platformAlarms({ stage, proxy, functions, tables }: GatewayAlarmsProps): AlarmSpec[] {
  return [
    {
      id: 'store-faults',
      meaning: 'DynamoDB or KMS could not be reached, so requests were refused rather than forwarded unreserved',
      metric: gatewayMetric(stage, 'StoreFaults'),
      threshold: 5,
      periods: [2, 3],
    },
    {
      id: 'store-throttled',
      meaning: 'DynamoDB throttles a table: a hot key, or more traffic than on-demand capacity has grown to',
      metric: sumOf(
        tables.flatMap((table) => table.throttles()),
        'Throttled reads and writes',
      ),
      threshold: 10,
      periods: [2, 3],
    },
    {
      id: 'function-errors',
      meaning: 'A function died, or timed out',
      metric: sumOf(
        functions.map(({ lambda }) => lambda.metricErrors({ period: Duration.minutes(5) })),
        'Errors',
      ),
      threshold: 0,
      periods: [2, 3],
    },
    {
      id: 'function-throttled',
      meaning: 'Lambda turned invocations away: the quota of environments is used up',
      metric: sumOf(
        functions.map(({ lambda }) => lambda.metricThrottles({ period: Duration.minutes(5) })),
        'Throttles',
      ),
      threshold: 0,
    },
    {
      id: 'concurrency',
      meaning: `The data plane uses over ${CONCURRENCY_SHARE * 100} % of the environments that it may`,
      metric: proxy.lambda.metric('ConcurrentExecutions', { period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: CONCURRENCY_SHARE * (stage.functions.proxy.reservedConcurrency ?? stage.concurrency.quota),
      periods: [3, 5],
    },
    {
      id: 'overhead',
      meaning: "The gateway's own part of a request takes long: cold starts, a slow store, or too little memory",
      metric: gatewayMetric(stage, 'Overhead', { statistic: Stats.percentile(95) }),
      threshold: 250,
      periods: [3, 3],
    },
  ];
}

function abuseAlarms({ stage, spendByKey }: GatewayAlarmsProps): AlarmSpec[] {
  return [
    {
      id: 'key-spend',
      meaning: `A key spends more than ${stage.keySpendAlarmUsdPerHour} USD in an hour`,
      metric: spendByKey.highestUsd(),
      threshold: stage.keySpendAlarmUsdPerHour,
    },
    {
      id: 'waf-blocks',
      meaning: 'AWS WAF blocks many requests: an attack, or a rule that hits customers',
      metric: blockedRequests(),
      threshold: 500,
      periods: [2, 2],
    },
    {
      id: 'invalid-keys',
      meaning: 'Many requests come with keys that do not exist: someone is guessing, or a customer lost theirs',
      metric: gatewayMetric(stage, 'Refusals', { by: { Code: 'invalid_api_key' } }),
      threshold: 300,
      periods: [2, 2],
    },
  ];
}
