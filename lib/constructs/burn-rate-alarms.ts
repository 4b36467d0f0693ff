import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { apiRequests, gatewayMetric } from './gateway-metrics.ts';

/** Of all requests, per month, that the gateway itself may fail: 99.9 % is promised. */
export const ERROR_BUDGET = 0.001;

/** Fewer requests than this in a window say nothing. */
const FEWEST_REQUESTS = 20;

export interface BurnRate {
  readonly id: string;
  /** How many times faster than the budget allows for. */
  readonly factor: number;
  /** Both must burn: the long one that it matters, the short one that it still goes on. */
  readonly longWindow: Duration;
  readonly shortWindow: Duration;
  readonly meaning: string;
}

/** The SRE workbook's windows, the longest cut to the day that an alarm can look back. */
export const burnRates: readonly BurnRate[] = [
  {
    id: 'slo-fast-burn',
    factor: 14.4,
    longWindow: Duration.hours(1),
    shortWindow: Duration.minutes(5),
    meaning: 'The gateway fails so many requests that the error budget of a month is gone in two days',
  },
  {
    id: 'slo-slow-burn',
    factor: 6,
    longWindow: Duration.hours(6),
    shortWindow: Duration.minutes(30),
    meaning: 'The gateway fails so many requests that the error budget of a month is gone in five days',
  },
  {
    id: 'slo-budget',
    factor: 1,
    longWindow: Duration.hours(24),
    shortWindow: Duration.hours(2),
    meaning: 'The gateway uses up its error budget',
  },
];

export interface BurnRateAlarmsProps {
  readonly stage: StageConfig;
  readonly topic: AlarmTopic;
  /** Whatever API Gateway could not start counts as the gateway's fault too. */
  readonly proxy: GatewayFunction;
  readonly describe: (id: string, meaning: string) => string;
}

/**
 * Alarms on the share of requests that the gateway itself failed: its own 500 and 503, and functions that died or could not
 * start. What a provider failed is passed on and is not in it, and neither is what a caller did wrong.
 */
export class BurnRateAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, topic, proxy, describe }: BurnRateAlarmsProps) {
    super(scope, id);

    const burning = (rate: BurnRate, name: 'Long' | 'Short', period: Duration) =>
      new Alarm(this, `${rate.id}-${name}`, {
        metric: failedShare(stage, proxy, period),
        threshold: rate.factor * ERROR_BUDGET,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `Half of ${rate.id}, which tells of it: ${rate.factor} times the budget over ${period.toHumanString()}`,
      });

    for (const rate of burnRates) {
      const both = AlarmRule.allOf(burning(rate, 'Long', rate.longWindow), burning(rate, 'Short', rate.shortWindow));
      const alarm = new CompositeAlarm(this, rate.id, {
        alarmRule: both,
        alarmDescription: describe(rate.id, rate.meaning),
      });
      alarm.addAlarmAction(topic);
    }
  }
}

/** 0 to 1. */
export function failedShare(stage: StageConfig, { lambda }: GatewayFunction, period: Duration): MathExpression {
  return new MathExpression({
    expression: `IF(requests > ${FEWEST_REQUESTS}, (FILL(faults, 0) + FILL(died, 0) + FILL(throttled, 0)) / requests, 0)`,
    usingMetrics: {
      requests: apiRequests(period),
      faults: gatewayMetric(stage, 'GatewayFaults', { period }),
      died: lambda.metricErrors({ period }),
      throttled: lambda.metricThrottles({ period }),
    },
    label: 'Share of requests that the gateway failed',
    period,
  });
}
