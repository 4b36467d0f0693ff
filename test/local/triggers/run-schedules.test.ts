import { describe, expect, test } from 'vitest';
import type { ScheduleModel } from '../../../local/template/trigger-model.ts';
import { runSchedules } from '../../../local/triggers/run-schedules.ts';

const schedule: ScheduleModel = {
  arn: 'arn:schedule',
  expression: 'rate(10 minutes)',
  timezone: 'UTC',
  functionName: 'sweep',
  input: undefined,
  source: 'aws.events',
};

/** Runs schedules on a clock that the test moves. */
function rig(models: readonly ScheduleModel[], answer: () => Buffer | undefined = () => Buffer.from('null')) {
  let nowMs = Date.parse('2026-11-22T00:00:00Z');
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  const invoked: [string, unknown][] = [];
  const failures: string[] = [];
  const stop = runSchedules({
    schedules: models,
    invoke: async (functionName, event) => {
      invoked.push([functionName, event]);
      return answer();
    },
    onFailure: (functionName) => failures.push(functionName),
    clock: () => nowMs,
    newId: () => 'id-1',
    schedule: (callback, delayMs) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const advance = async (durationMs: number) => {
    const untilMs = nowMs + durationMs;
    for (;;) {
      const [next] = [...timers].toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      timers.delete(next);
      nowMs = next.atMs;
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    nowMs = untilMs;
  };
  return { advance, invoked, failures, stop, timers };
}

const minuteMs = 60_000;

describe('a schedule', () => {
  test('invokes its function each time it is due, with the event that EventBridge writes', async () => {
    const { advance, invoked } = rig([schedule]);
    await advance(9 * minuteMs);
    expect(invoked).toEqual([]);
    await advance(21 * minuteMs);
    expect(invoked).toHaveLength(3);
    expect(invoked[0]).toEqual([
      'sweep',
      {
        version: '0',
        id: 'id-1',
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-11-22T00:10:00Z',
        region: 'us-east-1',
        resources: ['arn:schedule'],
        detail: {},
      },
    ]);
  });

  test('hands on its own input, with the time in it', async () => {
    const input = '{"task":"fold","at":"<aws.scheduler.scheduled-time>"}';
    const { advance, invoked } = rig([{ ...schedule, source: 'aws.scheduler', input }]);
    await advance(10 * minuteMs);
    expect(invoked).toEqual([['sweep', { task: 'fold', at: '2026-11-22T00:10:00Z' }]]);
  });

  test('that fails is tried twice more, after one minute and after two', async () => {
    const { advance, invoked, failures } = rig([{ ...schedule, expression: 'rate(1 hour)' }], () => undefined);
    await advance(60 * minuteMs);
    expect(invoked).toHaveLength(1);
    await advance(1 * minuteMs);
    expect(invoked).toHaveLength(2);
    await advance(2 * minuteMs);
    expect(invoked).toHaveLength(3);
    await advance(50 * minuteMs);
    expect(invoked).toHaveLength(3);
    expect(failures).toEqual(['sweep', 'sweep', 'sweep']);
  });

  test('further away than a timer reaches still runs on time', async () => {
    const { advance, invoked } = rig([{ ...schedule, expression: 'at(2027-06-01T00:00:00)' }]);
    await advance(Date.parse('2027-05-31T23:59:59Z') - Date.parse('2026-11-22T00:00:00Z'));
    expect(invoked).toEqual([]);
    await advance(1000);
    expect(invoked).toHaveLength(1);
  });

  test('runs no more once it is stopped', async () => {
    const { advance, invoked, stop, timers } = rig([schedule]);
    stop();
    expect(timers.size).toBe(0);
    await advance(60 * minuteMs);
    expect(invoked).toEqual([]);
  });
});
