import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../lambdas/aws/aws-error.ts';
import { createJsonClient, type JsonClientOptions } from '../../lambdas/aws/json-client.ts';
import { createSigner } from '../../lambdas/aws/sigv4.ts';
import { type Reply, replyError, replyJson, type ScriptedAws, startScriptedAws } from '../support/scripted-aws.ts';

const NOW = Date.UTC(2026, 10, 22);
const credentials = { accessKeyId: 'KEY', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' };

const running: ScriptedAws[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(...replies: readonly [Reply, ...Reply[]]): Promise<ScriptedAws> {
  const server = await startScriptedAws(...replies);
  running.push(server);
  return server;
}

function clientOf({ endpoint }: { endpoint: string }, options: Partial<JsonClientOptions> = {}) {
  return createJsonClient({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint,
    credentials: () => credentials,
    now: Date.now,
    random: () => 0,
    ...options,
  });
}

async function failureOf(call: Promise<unknown>): Promise<AwsError> {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof AwsError)) throw new Error('expected an AwsError', { cause: error });
  return error;
}

const hangUp: Reply = (response) => response.destroy();
const neverAnswer: Reply = () => {};

describe('createJsonClient', () => {
  test('sends one signed request of the AWS JSON protocol and gives the parsed answer', async () => {
    const server = await serve(replyJson({ Item: { a: { S: 'b' } } }));
    const client = clientOf(server, { now: () => NOW });
    expect(await client.call('GetItem', { TableName: 'T' })).toEqual({ Item: { a: { S: 'b' } } });
    const { host } = new URL(server.endpoint);
    const [call] = server.calls;
    const sign = createSigner({ region: 'us-east-1', service: 'dynamodb' });
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    };
    const signature = sign({ method: 'POST', path: '/', headers }, credentials)('{"TableName":"T"}', NOW);
    expect(call?.headers).toEqual({
      ...headers,
      ...signature,
      'x-amz-security-token': 'TOKEN',
      'content-length': '17',
      connection: 'keep-alive',
    });
    expect(call?.body).toEqual({ TableName: 'T' });
    expect(server.calls).toHaveLength(1);
  });

  test('speaks to KMS in its own dialect', async () => {
    const server = await serve(replyJson({}));
    await clientOf(server, { service: 'kms' }).call('Decrypt', {});
    expect(server.calls[0]?.headers).toMatchObject({
      'x-amz-target': 'TrentService.Decrypt',
      'content-type': 'application/x-amz-json-1.1',
    });
  });

  test('asks for the credentials anew at each attempt, so that a renewed role is used', async () => {
    const server = await serve(replyError('InternalServerError', 500), replyJson({}));
    let asked = 0;
    const client = clientOf(server, {
      credentials: () => {
        asked += 1;
        return { ...credentials, accessKeyId: `KEY${asked}` };
      },
    });
    await client.call('GetItem', {});
    expect(server.calls.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual([
      'KEY1',
      'KEY2',
    ]);
  });

  test('keeps its connection from one call to the next', async () => {
    const server = await serve(replyJson({}));
    const client = clientOf(server);
    for (let count = 0; count < 5; count += 1) await client.call('GetItem', {});
    expect(new Set(server.calls.map(({ port }) => port)).size).toBe(1);
  });

  test.each([
    ['a throttle', replyError('ThrottlingException')],
    ['a provisioned throttle', replyError('ProvisionedThroughputExceededException')],
    ['a transaction in the way', replyError('TransactionConflictException')],
    ['a server error', replyError('InternalServerError', 500)],
    ['a load balancer page', replyJson('<html>busy</html>', 503)],
    ['a broken connection', hangUp],
    ['an answer that is not JSON', replyJson('<html>')],
    ['an answer that its checksum belies', replyJson({ a: 1 }, 200, { 'x-amz-crc32': '1' })],
    [
      'an answer cut short',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"Item"');
        setImmediate(() => response.destroy());
      },
    ],
  ] satisfies readonly [string, Reply][])('tries again after %s', async (_name, reply) => {
    const server = await serve(reply, reply, replyJson({ done: true }));
    expect(await clientOf(server).call('GetItem', {})).toEqual({ done: true });
    expect(server.calls).toHaveLength(3);
  });

  test('accepts an answer whose checksum holds', async () => {
    const server = await serve(replyJson({ a: 'ü' }, 200, { 'x-amz-crc32': String(crc32('{"a":"ü"}')) }));
    expect(await clientOf(server).call('GetItem', {})).toEqual({ a: 'ü' });
  });

  test.each(['ConditionalCheckFailedException', 'ValidationException', 'AccessDeniedException'])(
    'does not repeat what was refused: %s',
    async (name) => {
      const server = await serve(replyError(name));
      const error = await failureOf(clientOf(server).call('UpdateItem', {}));
      expect(error).toMatchObject({ name, status: 400, retryable: false });
      expect(server.calls).toHaveLength(1);
    },
  );

  test('hands over the old item of a failed condition', async () => {
    const server = await serve(replyError('ConditionalCheckFailedException', 400, { Item: { spent: { N: '7' } } }));
    expect((await failureOf(clientOf(server).call('UpdateItem', {}))).item).toEqual({ spent: { N: '7' } });
  });

  test('gives up after four attempts, with the name of the last failure', async () => {
    const server = await serve(replyError('ThrottlingException'));
    const error = await failureOf(clientOf(server).call('GetItem', {}));
    expect(error).toMatchObject({ name: 'ThrottlingException', retryable: true });
    expect(server.calls).toHaveLength(4);
  });

  test('pauses under full jitter, doubling up to its end', async () => {
    const server = await serve(replyError('ThrottlingException'));
    const startedAtMs = performance.now();
    await failureOf(clientOf(server, { random: () => 0.999 }).call('GetItem', {}));
    // 25 + 50 + 100 ms; timers may be early by one each.
    expect(performance.now() - startedAtMs).toBeGreaterThan(170);
  });

  test('an attempt that is not answered is cut off, and the call tries again', async () => {
    const server = await serve(neverAnswer, replyJson({ done: true }));
    expect(await clientOf(server, { attemptTimeoutMs: 60 }).call('GetItem', {})).toEqual({ done: true });
  });

  test('an answer that trickles is cut off as well', async () => {
    const server = await serve((response) => {
      response.writeHead(200);
      response.write('{');
    });
    const error = await failureOf(clientOf(server, { attemptTimeoutMs: 50, totalTimeoutMs: 80 }).call('GetItem', {}));
    expect(error.name).toBe('TimeoutError');
  });

  test('never outlasts its total time, retries included', async () => {
    const server = await serve(neverAnswer);
    const startedAtMs = performance.now();
    const error = await failureOf(clientOf(server, { attemptTimeoutMs: 70, totalTimeoutMs: 100 }).call('GetItem', {}));
    expect(error.name).toBe('TimeoutError');
    expect(performance.now() - startedAtMs).toBeLessThan(400);
  });

  test('never outlasts the deadline of its caller', async () => {
    const server = await serve(neverAnswer);
    const startedAtMs = performance.now();
    const deadlineMs = Date.now() + 60;
    expect((await failureOf(clientOf(server).call('GetItem', {}, { deadlineMs }))).name).toBe('TimeoutError');
    expect(performance.now() - startedAtMs).toBeLessThan(400);
  });

  test('sends nothing once the deadline has passed', async () => {
    const server = await serve(replyJson({}));
    const error = await failureOf(clientOf(server).call('GetItem', {}, { deadlineMs: Date.now() - 1 }));
    expect(error.name).toBe('TimeoutError');
    expect(server.calls).toHaveLength(0);
  });

  test('a kept connection that the service has closed costs one immediate retry, not a pause', async () => {
    const server = await serve(replyJson({}), hangUp, replyJson({ done: true }));
    const client = clientOf(server, {
      random: () => {
        throw new Error('no pause was due');
      },
    });
    await client.call('GetItem', {});
    expect(await client.call('GetItem', {})).toEqual({ done: true });
  });

  test('refuses an answer of unbounded size', async () => {
    const server = await serve(replyJson(JSON.stringify('x'.repeat(5_000_000))));
    expect((await failureOf(clientOf(server).call('GetItem', {}))).name).toBe('MalformedResponse');
  });

  test('an unreachable endpoint is a connection error', async () => {
    const server = await startScriptedAws(replyJson({}));
    await server.stop();
    expect(await failureOf(clientOf(server).call('GetItem', {}))).toMatchObject({
      name: 'ConnectionError',
      status: undefined,
      retryable: true,
    });
  });

  test('an error tells the operation, status and request id, and nothing of what was sent or said', async () => {
    const server = await serve(replyError('ValidationException'));
    const error = await failureOf(clientOf(server).call('GetItem', { Key: { pk: { S: 'SECRET sent' } } }));
    expect(error.message).toBe('GetItem failed with 400, request REQUEST-1');
    expect(`${error.message}${error.stack}`).not.toContain('SECRET');
  });

  test('announces the bytes of the body, not its characters', async () => {
    const server = await serve(replyJson({}));
    await clientOf(server).call('PutItem', { text: 'naïve ☃' });
    expect(server.calls[0]?.headers['content-length']).toBe(String(Buffer.byteLength('{"text":"naïve ☃"}')));
    expect(server.calls[0]?.body).toEqual({ text: 'naïve ☃' });
  });
});
