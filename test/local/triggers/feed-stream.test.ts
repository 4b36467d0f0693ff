import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Streams } from '../../../local/dynamodb/stream-journal.ts';
import type { StreamRecord } from '../../../local/dynamodb/stream-record.ts';
import type { StreamMappingModel } from '../../../local/template/trigger-model.ts';
import { feedStream } from '../../../local/triggers/feed-stream.ts';
import { waitUntil } from '../../support/wait-until.ts';

const mapping: StreamMappingModel = {
  id: 'Mapping',
  tableName: 'audit',
  streamArn: 'arn:stream',
  functionName: 'consume',
  batchSize: 3,
  reportsItemFailures: false,
  maximumRetries: undefined,
};
const invocation = z.object({
  Records: z.array(z.object({ eventSourceARN: z.string(), dynamodb: z.object({ SequenceNumber: z.string() }) })),
});

function record(sequence: number): StreamRecord {
  return {
    eventID: `event-${sequence}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: 0,
      Keys: { pk: { S: String(sequence) } },
      SequenceNumber: String(sequence).padStart(4, '0'),
      SizeBytes: 1,
      StreamViewType: 'KEYS_ONLY',
    },
  };
}

/** A stream of so many records, with its checkpoint in memory. */
function streamOf(count: number) {
  const records = Array.from({ length: count }, (_, index) => record(index + 1));
  const commits: string[] = [];
  const streams: Streams = {
    read: async ({ afterSequence = '', limit }) =>
      records.filter(({ dynamodb }) => dynamodb.SequenceNumber > afterSequence).slice(0, limit),
    waitForMore: (_table, _after, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    checkpoint: async () => commits.at(-1),
    commit: async (_consumer, _table, sequence) => void commits.push(sequence),
  };
  return { streams, commits };
}

type Consumer = (sequences: readonly number[]) => unknown;

/** Feeds until the checkpoint reaches `until`; the consumer's `undefined` is a failed invocation. */
async function feed(
  consume: Consumer,
  options: { count: number; until: string; change?: Partial<StreamMappingModel> },
) {
  const { streams, commits } = streamOf(options.count);
  const batches: number[][] = [];
  const delaysMs: number[] = [];
  const failures: boolean[] = [];
  const stopping = new AbortController();
  const fed = feedStream({
    mapping: { ...mapping, ...options.change },
    streams,
    invoke: async (_name, event) => {
      const { Records } = invocation.parse(event);
      expect(new Set(Records.map(({ eventSourceARN }) => eventSourceARN))).toEqual(new Set(['arn:stream']));
      const sequences = Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
      batches.push(sequences);
      const answer = consume(sequences);
      return answer === undefined ? undefined : Buffer.from(JSON.stringify(answer));
    },
    onFailure: (_, givenUp) => failures.push(givenUp),
    sleep: async (delayMs) => void delaysMs.push(delayMs),
    signal: stopping.signal,
  });
  await waitUntil(`the checkpoint ${options.until}`, () => commits.at(-1) === options.until);
  stopping.abort();
  await fed.catch(() => undefined);
  return { batches, commits, delaysMs, failures };
}

describe('a stream consumer', () => {
  test('gets every record, in order, in batches', async () => {
    const { batches, commits } = await feed(() => null, { count: 7, until: '0007' });
    expect(batches).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(commits).toEqual(['0003', '0006', '0007']);
  });

  test('that fails gets the same batch again, ever later, and no record before it succeeds', async () => {
    let failures = 9;
    const { batches, commits, delaysMs } = await feed(() => (failures-- > 0 ? undefined : null), {
      count: 4,
      until: '0004',
    });
    expect(batches).toEqual([...Array.from({ length: 10 }, () => [1, 2, 3]), [4]]);
    expect(commits).toEqual(['0003', '0004']);
    expect(delaysMs).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('that reports failed items gets the first of them again with all that follow', async () => {
    const change = { reportsItemFailures: true };
    let failing = true;
    const { batches, commits } = await feed(
      (sequences) => {
        const failed = failing && sequences.includes(2) ? ['0003', '0002'] : [];
        failing = false;
        return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
      },
      { count: 5, until: '0005', change },
    );
    expect(batches).toEqual([[1, 2, 3], [2, 3, 4], [5]]);
    expect(commits).toEqual(['0001', '0004', '0005']);
  });

  test.each([
    ['an unknown item', { batchItemFailures: [{ itemIdentifier: '9999' }] }],
    ['an item without a name', { batchItemFailures: [{}] }],
    ['text', 'what?'],
  ])('whose report names %s has taken nothing', async (_, report) => {
    let first = true;
    const { batches } = await feed(
      () => {
        const answer = first ? report : { batchItemFailures: null };
        first = false;
        return answer;
      },
      { count: 2, until: '0002', change: { reportsItemFailures: true } },
    );
    expect(batches).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('with a limit of attempts loses a batch after them, as the mapping asks, and goes on', async () => {
    const { batches, failures } = await feed((sequences) => (sequences.includes(1) ? undefined : null), {
      count: 4,
      until: '0004',
      change: { maximumRetries: 2 },
    });
    expect(batches).toEqual([[1, 2, 3], [1, 2, 3], [1, 2, 3], [4]]);
    expect(failures).toEqual([false, false, true]);
  });
});
