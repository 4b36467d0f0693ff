import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJsonClient, type JsonClient } from '../../../lambdas/aws/json-client.ts';
import type { LocalEndpoint } from '../../../local/aws-json/server.ts';
import { openLogGroups } from '../../../local/logs/log-group.ts';
import { startLogs } from '../../../local/logs/start.ts';

const nowMs = Date.parse('2026-11-25T00:00:00Z');
const hourMs = 3_600_000;
const place = { logGroupName: 'audit', logStreamName: 'acct_1' };

let folder: string;
let server: LocalEndpoint;
let client: JsonClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'));
  server = await startLogs({ logs: openLogGroups(folder, () => nowMs), groups: ['audit'], now: () => nowMs });
  client = createJsonClient({
    service: 'logs',
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: () => ({ accessKeyId: 'x', secretAccessKey: 'x' }),
    now: Date.now,
    random: Math.random,
  });
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const event = (timestamp: number, message = `at ${timestamp}`) => ({ timestamp, message });
const putEvents = (logEvents: readonly object[], more: object = {}) =>
  client.call('PutLogEvents', { ...place, logEvents, ...more });
const written = async () =>
  (await readFile(join(folder, 'audit', 'acct_1.log'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('the local CloudWatch Logs', () => {
  test('has events on disk, in order and with their own times, before it answers', async () => {
    await client.call('CreateLogStream', place);
    await putEvents([event(nowMs - 5), event(nowMs - 5, 'same time'), event(nowMs)]);
    await putEvents([event(nowMs - 9)]);
    expect(await written()).toEqual([event(nowMs - 5), event(nowMs - 5, 'same time'), event(nowMs), event(nowMs - 9)]);
  });

  test('a stream is made once, and nothing is written without one', async () => {
    await expect(putEvents([event(nowMs)])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.call('CreateLogStream', place);
    await expect(client.call('CreateLogStream', place)).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });

  test('a group that the template does not have is unknown', async () => {
    const elsewhere = { ...place, logGroupName: 'other' };
    await expect(client.call('CreateLogStream', elsewhere)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(putEvents([event(nowMs)], elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('what the service leaves out for its age is left out, and told', async () => {
    await client.call('CreateLogStream', place);
    const answer = await putEvents([event(nowMs - 15 * 24 * hourMs), event(nowMs - 14.5 * 24 * hourMs)]);
    expect(answer).toHaveProperty('rejectedLogEventsInfo');
    expect(await putEvents([event(nowMs + 3 * hourMs)])).toHaveProperty('rejectedLogEventsInfo');
    expect(await written()).toEqual([]);
  });

  test.each([
    ['out of order', [event(nowMs), event(nowMs - 1)]],
    ['over more than a day', [event(nowMs - 25 * hourMs), event(nowMs)]],
    ['over a megabyte', [event(nowMs, 'x'.repeat(1_048_576))]],
    ['empty', []],
    ['without a text', [{ timestamp: nowMs, message: '' }]],
  ])('a batch that is %s is refused', async (_case, events) => {
    await client.call('CreateLogStream', place);
    await expect(putEvents(events)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(await written()).toEqual([]);
  });
});
