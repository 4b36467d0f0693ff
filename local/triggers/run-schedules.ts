import type { InvokeForEffect } from '../lambda/invoke-for-effect.ts';
import { localAccountId, localRegion } from '../template/physical-identity.ts';
import type { ScheduleModel } from '../template/trigger-model.ts';
import { parseScheduleExpression, type Recurrence } from './schedule-expression.ts';

export interface ScheduleRunnerOptions {
  readonly schedules: readonly ScheduleModel[];
  readonly invoke: InvokeForEffect;
  readonly onFailure: (functionName: string) => void;
  readonly clock: () => number;
  readonly newId: () => string;
  /** Calls back once after so many milliseconds; answers with what takes that back. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
}

/** The longest that a timer of Node can wait. */
const longestTimerMs = 2_147_483_647;
/** An asynchronous invocation that fails is tried twice more, after one minute and after two. */
const retryDelaysMs = [60_000, 120_000];

/**
 * Runs the schedules until the returned function is called. What came due while the runner was down is not made up for.
 * @throws Error for an expression that is not understood.
 */
export function runSchedules(options: ScheduleRunnerOptions): () => void {
  const startedAtMs = options.clock();
  const pending = new Set<() => void>();
  const later = (callback: () => void, delayMs: number) => {
    const cancel = options.schedule(() => {
      pending.delete(cancel);
      callback();
    }, delayMs);
    pending.add(cancel);
  };

  const waitFor = (model: ScheduleModel, recurrence: Recurrence, dueMs: number) => {
    const remainingMs = dueMs - options.clock();
    if (remainingMs > 0) {
      later(() => waitFor(model, recurrence, dueMs), Math.min(remainingMs, longestTimerMs));
      return;
    }
    void deliver(model, scheduledEvent(model, dueMs, options.newId), retryDelaysMs);
    const nextMs = recurrence.next(Math.max(dueMs, options.clock()));
    if (nextMs !== undefined) waitFor(model, recurrence, nextMs);
  };

  const deliver = async (model: ScheduleModel, event: unknown, [delayMs, ...rest]: readonly number[]) => {
    if ((await options.invoke(model.functionName, event)) !== undefined) return;
    options.onFailure(model.functionName);
    if (delayMs !== undefined) later(() => void deliver(model, event, rest), delayMs);
  };

  for (const model of options.schedules) {
    const recurrence = parseScheduleExpression(model.expression, { timezone: model.timezone, startedAtMs });
    const firstMs = recurrence.next(startedAtMs);
    if (firstMs !== undefined) waitFor(model, recurrence, firstMs);
  }
  return () => {
    for (const cancel of pending) cancel();
  };
}

/** What the function receives: the given input, or the event that EventBridge writes. */
function scheduledEvent({ arn, input, source }: ScheduleModel, dueMs: number, newId: () => string): unknown {
  const time = new Date(dueMs).toISOString().replace(/\.\d+Z$/, 'Z');
  if (input !== undefined) return parseInput(input.replaceAll('<aws.scheduler.scheduled-time>', time));
  return {
    version: '0',
    id: newId(),
    'detail-type': 'Scheduled Event',
    source,
    account: localAccountId,
    time,
    region: localRegion,
    resources: [arn],
    detail: source === 'aws.events' ? {} : '{}',
  };
}

/** An input is JSON in the template; other text reaches the function as a JSON string. */
function parseInput(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
