import type { Answer } from '../domain/answer.ts';
import type { ResponseSink } from './gateway-request.ts';

/** Proxies, and API Gateway itself, cut a connection that stays silent. */
const keepAliveMs = 15_000;
const comment = new TextEncoder().encode(': keep-alive\n\n');

/** Starts the one coarse timer of a stream; between two writes there is always a whole event, so a comment fits. */
function keepAlive(sink: ResponseSink, lastWriteMs: () => number, elapsedMs: () => number): () => void {
  const timer = setInterval(() => {
    if (elapsedMs() - lastWriteMs() >= keepAliveMs) void sink.write(comment);
  }, keepAliveMs / 3);
  return () => clearInterval(timer);
}

/** Carries an answer to the client, to its end. */
export async function sendAnswer(answer: Answer, sink: ResponseSink, elapsedMs: () => number): Promise<void> {
  sink.begin(answer.status, answer.headers);
  if (answer.body instanceof Uint8Array) {
    await sink.write(answer.body);
    sink.end();
    return;
  }
  let lastWriteMs = elapsedMs();
  const stop = keepAlive(sink, () => lastWriteMs, elapsedMs);
  try {
    await answer.body((chunk) => {
      lastWriteMs = elapsedMs();
      return sink.write(chunk);
    });
  } finally {
    stop();
    sink.end();
  }
}
