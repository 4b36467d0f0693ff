import { setTimeout as sleep } from 'node:timers/promises';
import type { Streams } from '../dynamodb/stream-journal.ts';
import type { InvokeForEffect } from '../lambda/invoke-for-effect.ts';
import type { StackModel } from '../template/stack-model.ts';
import { feedStream } from './feed-stream.ts';
import { runSchedules } from './run-schedules.ts';

export interface TriggerOptions {
  readonly model: Pick<StackModel, 'schedules' | 'streamMappings'>;
  readonly streams: Streams;
  readonly invoke: InvokeForEffect;
  /** One line for the developer; holds nothing of an event. */
  readonly report: (line: string) => void;
  readonly clock: () => number;
  readonly newId: () => string;
}

/** Runs the stack's schedules and feeds its table streams, until the returned function is called and has resolved. */
export function startTriggers({ model, streams, invoke, report, clock, newId }: TriggerOptions): () => Promise<void> {
  const stopSchedules = runSchedules({
    schedules: model.schedules,
    invoke,
    clock,
    newId,
    onFailure: (functionName) => report(`The scheduled function ${functionName} failed.`),
    schedule: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const feeds = model.streamMappings.map((mapping) =>
    feedStream({
      mapping,
      streams,
      invoke,
      signal,
      sleep: (delayMs) => sleep(delayMs, undefined, { signal }),
      onFailure: ({ functionName, tableName }, givenUp) =>
        report(
          `${functionName} failed on records of ${tableName}; ${givenUp ? 'they are skipped' : 'it is tried again'}.`,
        ),
    }).catch((error: unknown) => {
      // The abort ends a feed by an error, too.
      if (!signal.aborted) report(`The stream of ${mapping.tableName} stopped: ${String(error)}`);
    }),
  );
  return async () => {
    stopSchedules();
    stopping.abort();
    await Promise.all(feeds);
  };
}
