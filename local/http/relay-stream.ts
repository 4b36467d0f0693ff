import type { ServerResponse } from 'node:http';
import { type AnswerStream, streamLimitBytes } from '../lambda/invocation.ts';
import { emptyPrelude, type Prelude, type PreludeState, readPrelude } from './streaming-prelude.ts';

export interface RelayCallbacks {
  /** Status and headers are known: write them. */
  readonly begin: (prelude: Prelude) => void;
  /** The answer ended or broke before its prelude: nothing has been written yet. */
  readonly refuse: () => void;
  /** A part of the body is on its way, as it came. */
  readonly onChunk: (bytes: number) => void;
}

/**
 * Hands a streamed answer on to the client, chunk by chunk, no faster than the client takes it. A function that fails
 * after its first byte cuts the client's connection; a client that leaves does not stop the function.
 */
export function relayStream({ body, failed }: AnswerStream, response: ServerResponse, callbacks: RelayCallbacks): void {
  let state: PreludeState = emptyPrelude;
  let sentBytes = 0;

  const forward = (chunk: Buffer) => {
    sentBytes += chunk.length;
    if (sentBytes > streamLimitBytes) response.destroy();
    if (response.destroyed) return;
    callbacks.onChunk(chunk.length);
    if (!response.write(chunk)) body.pause();
  };
  const takePrelude = (held: Buffer, chunk: Buffer) => {
    state = readPrelude(held, chunk);
    if (state.kind === 'invalid') callbacks.refuse();
    if (state.kind !== 'complete') return;
    callbacks.begin(state.prelude);
    if (state.rest.length > 0) forward(state.rest);
    else if (!response.destroyed) response.flushHeaders();
  };
  body.on('data', (chunk: Buffer) => {
    if (state.kind === 'complete') forward(chunk);
    else if (state.kind === 'incomplete') takePrelude(state.held, chunk);
  });
  const finish = (broken: boolean) => {
    if (state.kind === 'incomplete') callbacks.refuse();
    else if (state.kind === 'complete' && broken) response.destroy();
    else if (state.kind === 'complete') response.end();
  };
  body.on('end', () => finish(failed()));
  body.on('error', () => finish(true));
  response.on('drain', () => body.resume());
  response.on('close', () => body.resume());
}
