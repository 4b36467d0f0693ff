// The metrics that alarms and dashboard read. Those of our own come from the functions' log lines, in CloudWatch's embedded
// metric format; a test holds the names to what the runtime writes.
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Duration } from 'aws-cdk-lib/core';
import type { StageConfig } from '../stage-config.ts';
import { STAGE_NAME } from './gateway-api.ts';

const METRIC_NAMESPACE = 'Portcullis';

export type MetricName =
  | 'Requests'
  | 'Refusals'
  | 'GatewayFaults'
  | 'ProviderFaults'
  | 'StoreFaults'
  | 'UnsettledRequests'
  | 'LedgerViolations'
  | 'TimeToFirstByte'
  | 'Overhead'
  | 'InputTokens'
  | 'OutputTokens'
  | 'SpendUsd';

export interface MetricOptions {
  /** @default 'Sum' */
  readonly statistic?: string;
  /** @default 5 minutes */
  readonly period?: Duration;
  /** Besides the stage. @default - over all codes and providers */
  readonly by?: { readonly Code: string } | { readonly Provider: string };
  readonly label?: string;
}

const FIVE_MINUTES = Duration.minutes(5);

/** One of the gateway's own. */
export function gatewayMetric(
  { name: Stage }: StageConfig,
  metricName: MetricName,
  options: MetricOptions = {},
): Metric {
  const { statistic = Stats.SUM, period = FIVE_MINUTES, by, label } = options;
  const dimensionsMap = { Stage, ...by };
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap,
    statistic,
    period,
    label: label ?? metricName,
  });
}

/** One metric for each value of a dimension that has any. */
export function gatewayMetricBy(
  { name }: StageConfig,
  metricName: MetricName,
  dimension: 'Code' | 'Provider',
): IMetric {
  const search = `{${METRIC_NAMESPACE},Stage,${dimension}} MetricName="${metricName}" Stage="${name}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', 'Sum', 300)`,
    usingMetrics: {},
    label: '',
    period: FIVE_MINUTES,
  });
}

/** Every request that reached API Gateway, whatever answered it. */
export function apiRequests(period: Duration): Metric {
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName: 'Count',
    dimensionsMap: { ApiName: Aws.STACK_NAME, Stage: STAGE_NAME },
    statistic: Stats.SUM,
    period,
  });
}

/** Requests that the web ACL blocked, by whichever rule. */
export function blockedRequests(): Metric {
  return new Metric({
    namespace: 'AWS/WAFV2',
    metricName: 'BlockedRequests',
    dimensionsMap: { WebACL: Aws.STACK_NAME, Region: Aws.REGION, Rule: 'ALL' },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
  });
}

/** The sum of several metrics, a missing one counting nothing. At most nine: an alarm takes no more. */
export function sumOf(metrics: readonly IMetric[], label: string): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, label, period: FIVE_MINUTES });
}
