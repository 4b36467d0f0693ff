import { describe, expect, it } from 'vitest';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import { logFault } from '../../lambdas/http/request-log.ts';

const canary = 'c4n4ry-7f3a';

function lineOf(error: unknown): string {
  const lines: string[] = [];
  logFault((line) => lines.push(line), 'req-1', error);
  expect(lines).toHaveLength(1);
  return lines.join();
}

/** As where a message is put together after the error was made. */
function withLaterMessage(): Error {
  const error = new TypeError(`first ${canary}\n    at ${canary}`);
  error.message = 'second';
  return error;
}

describe('the log of a fault', () => {
  it('tells its code, what kind of error caused it, and where', () => {
    const line = lineOf(new GatewayFault('upstream_error', { cause: new TypeError('broken') }));
    expect(JSON.parse(line)).toMatchObject({
      event: 'fault',
      requestId: 'req-1',
      code: 'upstream_error',
      error: 'TypeError',
    });
    expect(line).toContain('request-log.test.ts');
  });

  it.each([
    ['in one line', new TypeError(canary)],
    ['in lines that look like frames', new TypeError(`x\n    at ${canary} (file:///${canary}.ts:1:1)`)],
    ['that was changed since', withLaterMessage()],
    ['of a cause', new GatewayFault('service_unavailable', { cause: new RangeError(`x\n    at ${canary}`) })],
    ['that is no error at all', `    at ${canary}`],
  ])('never holds a message %s', (_case, error) => {
    expect(lineOf(error)).not.toContain(canary);
  });
});
