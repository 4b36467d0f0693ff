import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { metricUnits } from '../../lambdas/http/request-metrics.ts';
import { burnRates, ERROR_BUDGET } from '../../lib/constructs/burn-rate-alarms.ts';
import { resourcesOf, walk } from '../../scripts/verify/template.ts';
import { onlyOf, stageTemplates } from '../support/synthesize.ts';

const action = z.array(z.object({ Ref: z.string().regex(/^ObservabilityAlarmTopic/) }));
const alarm = z.object({
  AlarmActions: action.optional(),
  AlarmDescription: z.string(),
  Threshold: z.number().optional(),
  Metrics: z.array(z.object({ Id: z.string(), Expression: z.unknown().optional() })).optional(),
});
const composite = z.object({ AlarmActions: action, AlarmDescription: z.string(), AlarmRule: z.unknown() });

const runbook = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

const linkOf = (description: string) => /docs\/runbook\.md#([a-z-]+)$/.exec(description)?.[1];

describe.each(stageTemplates)('in stage $stage.name', ({ template, stage }) => {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm);
  const composites = resourcesOf(template, 'AWS::CloudWatch::CompositeAlarm', composite);
  const told = [...alarms.filter(({ properties }) => properties.AlarmActions !== undefined), ...composites];

  test('every alarm that tells anyone has its own section of the runbook, and every section its alarm', () => {
    const linked = told.map(({ properties }) => linkOf(properties.AlarmDescription));
    expect(linked.toSorted()).toEqual(sections.toSorted());
  });

  test('an alarm that tells nobody is half of one that does', () => {
    const rules = JSON.stringify(composites.map(({ properties }) => properties.AlarmRule));
    const silent = alarms.filter(({ properties }) => properties.AlarmActions === undefined);
    expect(silent).toHaveLength(2 * burnRates.length);
    for (const { id } of silent) expect(rules).toContain(`["${id}","Arn"]`);
  });

  test('what is watched of our own is what the runtime writes', () => {
    const ours = [...walk(template.Resources)].flatMap((node) => {
      const metric = z.object({ Namespace: z.literal('Portcullis'), MetricName: z.string() }).safeParse(node);
      return metric.success ? [metric.data.MetricName] : [];
    });
    const dashboard = JSON.stringify(
      onlyOf(template, 'AWS::CloudWatch::Dashboard', z.object({ DashboardBody: z.unknown() })),
    );
    const shown = [...dashboard.matchAll(/Portcullis\\",\\"(\w+)/g)].map(([, name]) => name);
    const searched = [...dashboard.matchAll(/MetricName=(?:\\|")+(\w+)/g)].map(([, name]) => name);
    const all = new Set([...ours, ...shown, ...searched]);
    expect([...all].filter((name) => name !== undefined && !(name in metricUnits))).toEqual([]);
    // And the other way round: what is written and nobody looks at is bytes for nothing.
    expect(Object.keys(metricUnits).filter((name) => !all.has(name))).toEqual([]);
  });

  test('alarms go to an encrypted topic that takes them from this account alone, over TLS', () => {
    const topic = onlyOf(template, 'AWS::SNS::Topic', z.object({ KmsMasterKeyId: z.unknown() }));
    expect(JSON.stringify(topic.KmsMasterKeyId)).toContain('OperationsKey');
    const policy = JSON.stringify(onlyOf(template, 'AWS::SNS::TopicPolicy', z.object({ PolicyDocument: z.unknown() })));
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain('"aws:SourceAccount"');
  });

  test('whoever is named is told', () => {
    const subscriptions = resourcesOf(template, 'AWS::SNS::Subscription', z.object({ Endpoint: z.string() }));
    expect(subscriptions.map(({ properties }) => properties.Endpoint)).toEqual(stage.alarmEmails);
  });

  test('no alarm reads more metrics than CloudWatch takes', () => {
    for (const { properties } of alarms) expect(properties.Metrics?.length ?? 1).toBeLessThanOrEqual(10);
  });
});

describe('burn rates', () => {
  test('tell of a burn long before the budget of the month is gone, the faster the sooner', () => {
    const daysLeft = burnRates.map(({ factor }) => 30 / factor);
    expect(daysLeft).toEqual([...daysLeft].sort((left, right) => left - right));
    for (const { factor, longWindow } of burnRates) {
      const spentWhenTold = (factor * longWindow.toHours()) / (30 * 24);
      expect(spentWhenTold).toBeLessThanOrEqual(0.05);
    }
    expect(ERROR_BUDGET).toBeCloseTo(1 - 0.999, 12);
  });
});
