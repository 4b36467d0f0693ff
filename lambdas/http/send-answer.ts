import type { Answer } from '../domain/answer.ts';
import type { ResponseSink } from './gateway-request.ts';

/** Proxies, and API Gateway itself, cut a connection that stays silent. */
const keepAliveMs = 15_000;
const comment = new TextEncoder().encode(': keep-alive\n\n');

/** The sink with a comment wherever it would fall silent: one coarse timer per stream, and none per piece. */
function keepAlive(sink: ResponseSink, elapsedMs: () => number) {
  let lastWriteMs = elapsedMs();
  const write = (chunk: Uint8Array) => {
    lastWriteMs = elapsedMs();
    return sink.write(chunk);
  };
  const timer = setInterval(() => {
    // Between two writes there is always a whole event, so a comment fits.
    if (elapsedMs() - lastWriteMs >= keepAliveMs) void write(comment);
  }, keepAliveMs / 3);
  return { write, stop: () => clearInterval(timer) };
}

async function deliver(body: Answer['body'], sink: ResponseSink, elapsedMs: () => number): Promise<void> {
  if (body instanceof Uint8Array) return sink.write(body);
  const { write, stop } = keepAlive(sink, elapsedMs);
  try {
    await body(write);
  } finally {
    stop();
  }
}

/** A sink that knows when it was first written to. */
export interface ClockedSink extends ResponseSink {
  /** On the clock that it was given; undefined while nothing was written. */
  readonly firstByteAtMs: () => number | undefined;
}

export function clockFirstByte(sink: ResponseSink, elapsedMs: () => number): ClockedSink {
  let firstByteAtMs: number | undefined;
  return {
    firstByteAtMs: () => firstByteAtMs,
    begin: (status, headers) => sink.begin(status, headers),
    write(chunk) {
      firstByteAtMs ??= elapsedMs();
      return sink.write(chunk);
    },
    end: () => sink.end(),
  };
}

/** Carries an answer to the client, to its end. */
export async function sendAnswer(answer: Answer, sink: ResponseSink, elapsedMs: () => number): Promise<void> {
  sink.begin(answer.status, answer.headers);
  try {
    await deliver(answer.body, sink, elapsedMs);
  } finally {
    sink.end();
  }
}
