import { createHash } from 'node:crypto';
import type { Item } from 'dynalite/db/index.js';
import * as z from 'zod';
import { sizeOfItem } from './item-size.ts';
import type { StreamViewType } from './table-definition.ts';

const attributes = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * One change of a streamed table, in the shape of the service's own GetRecords. Lambda adds `eventSourceARN`, which the
 * caller knows. `dynamodb.SequenceNumber` has a fixed width, so that sequence numbers compare as strings.
 */
export const streamRecord = z.object({
  eventID: z.string(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  eventVersion: z.literal('1.1'),
  eventSource: z.literal('aws:dynamodb'),
  awsRegion: z.string(),
  dynamodb: z.object({
    /** Epoch seconds. */
    ApproximateCreationDateTime: z.number(),
    Keys: attributes,
    NewImage: z.optional(attributes),
    OldImage: z.optional(attributes),
    SequenceNumber: z.string(),
    SizeBytes: z.number(),
    StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']),
  }),
  /** Only where time to live removed the item, as with the service. */
  userIdentity: z.optional(z.object({ type: z.literal('Service'), principalId: z.literal('dynamodb.amazonaws.com') })),
});
export type StreamRecord = z.infer<typeof streamRecord>;

/** Who made a change: a caller, or the service itself when an item's time is up. */
export type Actor = 'caller' | 'time-to-live';

export interface StreamedChange {
  readonly table: string;
  readonly keyNames: readonly string[];
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface RecordContext {
  readonly view: StreamViewType;
  readonly sequenceNumber: string;
  readonly region: string;
  readonly epochSeconds: number;
  readonly actor: Actor;
}

/** The record of one change. The event id is derived, so that a record that is read twice is the same record. */
export function buildStreamRecord(change: StreamedChange, context: RecordContext): StreamRecord {
  const { view, sequenceNumber, actor } = context;
  const image = change.after ?? change.before ?? {};
  const keys = Object.fromEntries(change.keyNames.map((name) => [name, image[name] ?? {}]));
  const newImage = view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? change.after : undefined;
  const oldImage = view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? change.before : undefined;
  return {
    eventID: createHash('sha256').update(`${change.table}/${sequenceNumber}`).digest('hex').slice(0, 32),
    eventName: eventNameOf(change),
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: context.region,
    dynamodb: {
      ApproximateCreationDateTime: context.epochSeconds,
      Keys: keys,
      ...(newImage && { NewImage: newImage }),
      ...(oldImage && { OldImage: oldImage }),
      SequenceNumber: sequenceNumber,
      SizeBytes: sizeOfItem(keys) + sizeOfItem(newImage ?? {}) + sizeOfItem(oldImage ?? {}),
      StreamViewType: view,
    },
    ...(actor === 'time-to-live' && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
  };
}

function eventNameOf({ before, after }: StreamedChange): StreamRecord['eventName'] {
  if (before === undefined) return 'INSERT';
  return after === undefined ? 'REMOVE' : 'MODIFY';
}
