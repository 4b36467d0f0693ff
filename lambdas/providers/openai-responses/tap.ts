import * as z from 'zod/mini';
import type { Tap } from '../pass-through/tap.ts';
import { readUsage } from './usage.ts';

/** The last event of a stream holds the response as a whole, however it ended. */
const lastEvent = z.object({
  type: z.enum(['response.completed', 'response.incomplete', 'response.failed']),
  response: z.unknown(),
});

export const responseTap: Tap = {
  readEvent(event, known) {
    const { data } = z.safeParse(lastEvent, event);
    const usage = data && readUsage(data.response);
    return usage === undefined ? known : { usage, isFinal: true };
  },
  isForUsageAlone: () => false,
  readWhole: readUsage,
};
