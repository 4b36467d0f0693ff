import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createLambdaSink, toLambdaHandler } from '../../lambdas/http/lambda-stream.ts';
import { toBytes } from '../support/text.ts';

afterEach(() => Reflect.deleteProperty(globalThis, 'awslambda'));

/** Like Lambda's own: the prelude leaves with the first `write`, and `end` alone sends none. */
function installRuntime() {
  const preludes: object[] = [];
  Reflect.set(globalThis, 'awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, prelude: object) {
        const write = stream.write.bind(stream);
        let sent = false;
        stream.write = (chunk: unknown) => {
          if (!sent) preludes.push(prelude);
          sent = true;
          return write(chunk);
        };
        return stream;
      },
    },
  });
  return preludes;
}

describe('the stream of a Lambda function', () => {
  it('carries status and headers also where the body is empty', () => {
    const preludes = installRuntime();
    const sink = createLambdaSink(new PassThrough());
    sink.begin(204, { a: 'b' });
    sink.end();
    expect(preludes).toEqual([{ statusCode: 204, headers: { a: 'b' } }]);
  });

  it('makes the writer wait while it is full', async () => {
    installRuntime();
    const taken: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, next) {
        taken.push(String(chunk));
        setTimeout(next, 5);
      },
    });
    const sink = createLambdaSink(slow);
    sink.begin(200, {});
    const wait = sink.write(toBytes('abc'));
    expect(wait).toBeInstanceOf(Promise);
    await wait;
    expect(taken.join('')).toBe('abc');
  });

  it('is given to the handler with the time that is left', async () => {
    installRuntime();
    const served: unknown[] = [];
    const handler: unknown = toLambdaHandler(async (event, _sink, remainingMs) => void served.push(event, remainingMs));
    if (typeof handler !== 'function') throw new Error('no handler');
    await handler('event', new PassThrough(), { getRemainingTimeInMillis: () => 7 });
    expect(served).toEqual(['event', 7]);
  });
});
