import { createServer, type Server } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { sdkTimeLimits } from '../../lambdas/aws/sdk-time-limits.ts';

let mute: Server | undefined;
afterEach(() => {
  mute?.closeAllConnections();
  mute?.close();
});

test('a management call to a service that takes the request and never answers fails, instead of hanging', async () => {
  const server = createServer(() => undefined);
  mute = server;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' },
    requestHandler: sdkTimeLimits,
    maxAttempts: 1,
  });
  const startedAtMs = performance.now();
  await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(performance.now() - startedAtMs).toBeLessThan(4_500);
}, 10_000);
