import * as z from 'zod';
import type { Streams } from '../dynamodb/stream-journal.ts';
import type { StreamRecord } from '../dynamodb/stream-record.ts';
import type { InvokeForEffect } from '../lambda/invoke-for-effect.ts';
import type { StreamMappingModel } from '../template/trigger-model.ts';

export interface StreamFeedOptions {
  readonly mapping: StreamMappingModel;
  readonly streams: Streams;
  readonly invoke: InvokeForEffect;
  /** A batch was not taken whole: the rest is offered again, or is given up where the mapping allows no more attempts. */
  readonly onFailure: (mapping: StreamMappingModel, givenUp: boolean) => void;
  /** Rejects when the signal aborts. */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

const firstRetryMs = 250;
const longestRetryMs = 30_000;

/** What a function answers that reports which records it could not take. */
const batchResponse = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string() })).nullish(),
});

/**
 * Feeds one function from the stream of one table, in order and at least once, until the signal aborts: the checkpoint
 * moves, durably, only past records that the function has taken.
 */
export async function feedStream({ mapping, streams, invoke, ...options }: StreamFeedOptions): Promise<void> {
  const { id, tableName: table, batchSize } = mapping;
  let position = await streams.checkpoint(id, table);
  let failures = 0;
  while (!options.signal.aborted) {
    const records = await streams.read({ table, afterSequence: position, limit: batchSize });
    if (records.length === 0) {
      await streams.waitForMore(table, position, options.signal);
      continue;
    }
    const answer = await invoke(mapping.functionName, toLambdaEvent(records, mapping));
    const taken = countTaken(records, answer, mapping);
    const isComplete = taken === records.length;
    failures = taken > 0 ? 0 : failures + 1;
    const givenUp = mapping.maximumRetries !== undefined && failures > mapping.maximumRetries;
    const passed = records[(givenUp ? records.length : taken) - 1];
    if (passed !== undefined) {
      position = passed.dynamodb.SequenceNumber;
      await streams.commit(id, table, position);
    }
    if (isComplete) continue;
    options.onFailure(mapping, givenUp);
    if (givenUp) failures = 0;
    else await options.sleep(retryDelayMs(failures), options.signal);
  }
}

function toLambdaEvent(records: readonly StreamRecord[], { streamArn }: StreamMappingModel) {
  return { Records: records.map((record) => ({ ...record, eventSourceARN: streamArn })) };
}

/** How many records from the start of the batch are done with. */
function countTaken(
  records: readonly StreamRecord[],
  answer: Buffer | undefined,
  { reportsItemFailures }: StreamMappingModel,
): number {
  if (answer === undefined) return 0;
  const failed = reportsItemFailures ? failedItems(answer) : new Set<string>();
  if (failed === undefined) return 0;
  const firstFailed = records.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
  if (firstFailed >= 0) return firstFailed;
  // As with the service, an identifier that is not of this batch fails the whole batch.
  return failed.size === 0 ? records.length : 0;
}

function failedItems(payload: Buffer): ReadonlySet<string> | undefined {
  const { data } = batchResponse.nullish().safeParse(parseJson(payload));
  if (data === undefined) return undefined;
  return new Set((data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
}

function parseJson(payload: Buffer): unknown {
  if (payload.length === 0) return null;
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

function retryDelayMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.max(0, failures - 1));
}
