/// <reference types="aws-lambda" />
import type { Writable } from 'node:stream';
import type { ResponseSink } from './gateway-request.ts';

/** Writes to Lambda's response stream under the rules of its runtime. */
export function createLambdaSink(raw: Writable): ResponseSink {
  let stream = raw;
  return {
    begin(status, headers) {
      stream = awslambda.HttpResponseStream.from(raw, { statusCode: status, headers: { ...headers } });
      // Status and headers leave with the first write, and with no other call: `end` alone would lose them.
      stream.write('');
    },
    write(chunk) {
      if (stream.write(chunk)) return undefined;
      return new Promise((resolve) => stream.once('drain', resolve));
    },
    end() {
      stream.end();
    },
  };
}

export type ServeStream = (event: unknown, sink: ResponseSink, remainingMs: number) => Promise<void>;

export function toLambdaHandler(serve: ServeStream): unknown {
  return awslambda.streamifyResponse((event, stream, context) =>
    serve(event, createLambdaSink(stream), context.getRemainingTimeInMillis()),
  );
}
