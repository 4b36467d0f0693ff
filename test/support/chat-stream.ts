import type { ServerResponse } from 'node:http';
import { completion } from './fake-upstream.ts';

/** A piece of an answer, as an event. */
export const chunkEvent = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** The usage of `completion`, in the chunk that ends a stream. */
const usageEvent = `data: ${JSON.stringify({ choices: [], usage: completion.usage })}\n\n`;
export const doneEvent = 'data: [DONE]\n\n';

export function beginStream(response: ServerResponse, content = 'Hello'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunkEvent(content));
}

export function endStream(response: ServerResponse): void {
  response.end(usageEvent + doneEvent);
}
