import * as z from 'zod/mini';
import type { Tap } from '../pass-through/tap.ts';
import { mergeWireUsage, readUsage, readWireUsage, toUsage } from './usage.ts';

const start = z.object({ type: z.literal('message_start'), message: z.object({ usage: z.unknown() }) });
const end = z.object({ type: z.literal('message_delta'), usage: z.unknown() });

/** The first event tells what went in, the last but one what came out. */
export const messageTap: Tap = {
  readEvent(event, known) {
    const started = z.safeParse(start, event).data?.message.usage;
    const ended = z.safeParse(end, event).data?.usage;
    const told = mergeWireUsage(readWireUsage(known.told), readWireUsage(started ?? ended));
    if (told === undefined) return known;
    // Until then the output is not known.
    return ended === undefined ? { ...known, told } : { usage: toUsage(told), isFinal: true, told };
  },
  isForUsageAlone: () => false,
  readWhole: readUsage,
};
