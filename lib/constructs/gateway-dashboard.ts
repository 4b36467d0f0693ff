import { Dashboard, GraphWidget, type IMetric, type IWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { failedShare } from './burn-rate-alarms.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { blockedRequests, gatewayMetric, gatewayMetricBy, type MetricName } from './gateway-metrics.ts';
import type { GatewayTable } from './gateway-table.ts';
import type { SpendByKey } from './spend-by-key.ts';

export interface GatewayDashboardProps {
  readonly stage: StageConfig;
  readonly proxy: GatewayFunction;
  readonly functions: readonly GatewayFunction[];
  readonly tables: readonly GatewayTable[];
  readonly spendByKey: SpendByKey;
}

const WIDTH = 8;

function graph(title: string, left: readonly IMetric[], unit?: string): IWidget {
  return new GraphWidget({
    title,
    left: [...left],
    width: WIDTH,
    ...(unit !== undefined && { leftYAxis: { label: unit, showUnits: false, min: 0 } }),
  });
}

/** One page for whoever is called at night: is it us, what is slow, who pays, and is the platform well. */
export class GatewayDashboard extends Construct {
  constructor(scope: Construct, id: string, props: GatewayDashboardProps) {
    super(scope, id);
    const { stage } = props;
    new Dashboard(this, 'Dashboard', {
      // Named, as it is looked for by hand.
      dashboardName: Aws.STACK_NAME,
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new TextWidget({
            markdown: `# Portcullis, stage ${stage.name}\nWhat each alarm means, and what to do: ${stage.runbookUrl}`,
            width: 24,
            height: 2,
          }),
        ],
        requestWidgets(props),
        latencyWidgets(props),
        moneyWidgets(props),
        platformWidgets(props),
      ],
    });
  }
}

function requestWidgets({ stage, proxy }: GatewayDashboardProps): IWidget[] {
  return [
    graph('Requests', [gatewayMetric(stage, 'Requests'), gatewayMetric(stage, 'Refusals')], 'per 5 minutes'),
    graph('Refusals by code', [gatewayMetricBy(stage, 'Refusals', 'Code')], 'per 5 minutes'),
    graph('Failed by the gateway', [failedShare(stage, proxy, Duration.minutes(5))], 'share of requests'),
  ];
}

function latencyWidgets({ stage }: GatewayDashboardProps): IWidget[] {
  const quantiles = (name: MetricName) =>
    [50, 95, 99].map((percent) =>
      gatewayMetric(stage, name, { statistic: Stats.percentile(percent), label: `p${percent}` }),
    );
  return [
    graph('Time to the first byte, the provider included', quantiles('TimeToFirstByte'), 'ms'),
    graph("The gateway's own part", quantiles('Overhead'), 'ms'),
    graph('Faults of providers', [gatewayMetricBy(stage, 'ProviderFaults', 'Provider')], 'per 5 minutes'),
  ];
}

function moneyWidgets({ stage, spendByKey }: GatewayDashboardProps): IWidget[] {
  return [
    graph('Tokens', [gatewayMetric(stage, 'InputTokens'), gatewayMetric(stage, 'OutputTokens')], 'per 5 minutes'),
    graph('Spend', [gatewayMetric(stage, 'SpendUsd')], 'USD per 5 minutes'),
    graph('The key that spends most', [spendByKey.highestUsd()], 'USD per hour'),
  ];
}

function platformWidgets({ proxy, functions, tables }: GatewayDashboardProps): IWidget[] {
  return [
    graph('Environments in use', [
      proxy.lambda.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM, label: 'data plane' }),
      ...functions.map((fn) => fn.lambda.metricThrottles({ label: `turned away: ${fn.node.id}` })),
    ]),
    graph(
      'DynamoDB throttles',
      tables.flatMap((table) => table.throttles()),
    ),
    graph('Blocked by AWS WAF', [blockedRequests()], 'per 5 minutes'),
  ];
}
