import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { GatewayAlarms } from './gateway-alarms.ts';
import { GatewayDashboard } from './gateway-dashboard.ts';
import { GatewayFunction } from './gateway-function.ts';
import { GatewayTable } from './gateway-table.ts';
import type { OperationsKey } from './operations-key.ts';
import { SpendByKey } from './spend-by-key.ts';

export interface ObservabilityProps {
  readonly stage: StageConfig;
  /** Encrypts what alarms say. */
  readonly key: OperationsKey;
  readonly proxy: GatewayFunction;
  readonly sweeper: GatewayFunction;
}

/** Alarms, where they go, and one dashboard. Make it last: it watches every function and table that the stack has by then. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, { stage, key, proxy, sweeper }: ObservabilityProps) {
    super(scope, id);
    const all = Stack.of(this).node.findAll();
    const functions = all.filter((construct) => construct instanceof GatewayFunction);
    const tables = all.filter((construct) => construct instanceof GatewayTable);
    const topic = new AlarmTopic(this, 'AlarmTopic', { stage, key });
    const spendByKey = new SpendByKey(this, 'SpendByKey', proxy);
    new GatewayAlarms(this, 'Alarms', { stage, topic, proxy, sweeper, functions, tables, spendByKey });
    new GatewayDashboard(this, 'Dashboard', { stage, proxy, functions, tables, spendByKey });
  }
}
