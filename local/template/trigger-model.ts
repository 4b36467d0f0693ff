import * as z from 'zod';
import { functionNameIn, tableNameIn } from './physical-identity.ts';
import type { StackResource, StackResources } from './stack-resources.ts';

/** Something that invokes a function by the clock. */
export interface ScheduleModel {
  readonly arn: string;
  /** `rate(…)`, `cron(…)` or `at(…)`, as EventBridge writes them. */
  readonly expression: string;
  readonly timezone: string;
  readonly functionName: string;
  /** What the function receives, verbatim; undefined means the service's own event. */
  readonly input: string | undefined;
  readonly source: 'aws.events' | 'aws.scheduler';
}

/** A function that is fed from a table's stream. */
export interface StreamMappingModel {
  /** Stable across restarts: the checkpoint is kept under it. */
  readonly id: string;
  readonly tableName: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly reportsItemFailures: boolean;
  /** Undefined: until the records expire, as the service does by default. */
  readonly maximumRetries: number | undefined;
}

const rule = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(z.object({ Arn: z.string(), Input: z.string().optional() })).default([]),
});

const schedule = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.string().default('ENABLED'),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

const mapping = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().default(100),
  FunctionResponseTypes: z.array(z.string()).default([]),
  MaximumRetryAttempts: z.number().default(-1),
  FilterCriteria: z.undefined('filters of a stream do not run locally').optional(),
});

/** The enabled schedules whose target is a function: EventBridge rules and Scheduler schedules alike. */
export function readScheduleModels(resources: StackResources): readonly ScheduleModel[] {
  return [
    ...resources.ofType('AWS::Events::Rule').flatMap(schedulesOfRule),
    ...resources.ofType('AWS::Scheduler::Schedule').flatMap(schedulesOfScheduler),
  ].filter(({ functionName }) => !functionName.startsWith('arn:'));
}

function schedulesOfRule(resource: StackResource): readonly ScheduleModel[] {
  const { ScheduleExpression: expression, State: state, Targets: targets } = resource.read(rule);
  if (expression === undefined || state === 'DISABLED') return [];
  return targets.map(({ Arn, Input }) => ({
    arn: resource.identity.attributes['Arn'] ?? resource.logicalId,
    expression,
    timezone: 'UTC',
    functionName: functionNameIn(Arn),
    input: Input,
    source: 'aws.events',
  }));
}

function schedulesOfScheduler(resource: StackResource): readonly ScheduleModel[] {
  const properties = resource.read(schedule);
  if (properties.State === 'DISABLED') return [];
  return [
    {
      arn: resource.identity.attributes['Arn'] ?? resource.logicalId,
      expression: properties.ScheduleExpression,
      timezone: properties.ScheduleExpressionTimezone,
      functionName: functionNameIn(properties.Target.Arn),
      input: properties.Target.Input,
      source: 'aws.scheduler',
    },
  ];
}

/** The enabled mappings of table streams to functions. */
export function readStreamMappingModels(resources: StackResources): readonly StreamMappingModel[] {
  return resources.ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const properties = resource.read(mapping);
    const tableName = tableNameIn(properties.EventSourceArn);
    if (!properties.Enabled || tableName === undefined) return [];
    return [
      {
        id: resource.logicalId,
        tableName,
        streamArn: properties.EventSourceArn,
        functionName: functionNameIn(properties.FunctionName),
        batchSize: properties.BatchSize,
        reportsItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        maximumRetries: properties.MaximumRetryAttempts < 0 ? undefined : properties.MaximumRetryAttempts,
      },
    ];
  });
}
