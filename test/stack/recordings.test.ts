import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../lambdas/domain/upstream/chat-provider.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { toAnswer } from '../../lambdas/providers/pass-through/response.ts';
import { gateway } from '../support/gateway.ts';
import { sendHttp } from '../support/http-client.ts';
import { createMemoryPorts, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import {
  jsonBytes,
  loadChatRecordings,
  type Recording,
  recordingsDir,
  type Split,
  splits,
  toClientRequest,
} from '../support/recordings.ts';
import { type ReplayUpstream, selectReplay, startReplayUpstream } from '../support/replay-upstream.ts';

const recordings = loadChatRecordings();
const providers = [...new Set(recordings?.map(({ provider }) => provider))];

/** What the client must get: the recorded answer, under the gateway's own headers where it is a stream. */
function expectationOf({ stream, status, headers, body }: Recording) {
  const contentType = stream ? 'text/event-stream; charset=utf-8' : headers['content-type'];
  return { status, contentType, body: Buffer.from(body).toString('latin1') };
}

/** `expected` and `actual` of every replay, so that a failure names its recording and its split. */
type Replays = Record<'expected' | 'actual', Record<string, ReturnType<typeof expectationOf>>>;

function compare({ expected, actual }: Replays): string[] {
  return Object.keys(expected).filter((name) => JSON.stringify(expected[name]) !== JSON.stringify(actual[name]));
}

/** The provider with its network cut away: the pieces arrive exactly as they were cut. */
function createReplayProvider(recording: Recording, { cut }: Split): Provider {
  const deliver = async (write: (piece: Uint8Array) => void | Promise<void>) => {
    for (const piece of cut(recording.body)) await write(piece);
  };
  const response = { status: recording.status, headers: recording.headers, deliver, cancel: () => undefined };
  return {
    name: 'openai',
    credential: 'none',
    serves: () => true,
    call: async (call) => ({ ok: true, value: await toAnswer(call, response) }),
  };
}

async function replayInProcess(recording: Recording, split: Split) {
  const ports = createMemoryPorts({});
  const sink = createMemorySink();
  await createDataPlane({ ...ports, providers: new Map([['openai', createReplayProvider(recording, split)]]) })(
    {
      requestId: 'r',
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${validKey}` },
      body: jsonBytes(toClientRequest(recording, 'openai')),
      sourceIp: '127.0.0.1',
      remainingMs: 60_000,
    },
    sink,
  );
  const body = sink.bytes.toString('latin1');
  return { status: sink.status, contentType: sink.headers['content-type'], body };
}

async function replayThroughStack(recording: Recording, split: Split) {
  const answer = await sendHttp({
    url: `${gateway.baseUrl}/chat/completions`,
    headers: {
      authorization: `Bearer ${gateway.masterKey}`,
      'content-type': 'application/json',
      ...selectReplay(recording, split),
    },
    body: jsonBytes(toClientRequest(recording, 'openai')),
  });
  const { status, headers } = answer;
  return { status, contentType: headers['content-type'], body: answer.body.toString('latin1') };
}

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;

/**
 * Every split in a proof, else every third, another one for each recording. A byte at a time is slow on a real connection,
 * so only the shorter ones are ever cut so finely here.
 */
function takesThroughStack(index: number, { body }: Recording, split: Split): boolean {
  if (split.name === '1' && body.length >= 2000) return false;
  return isProof || (index + splits.indexOf(split)) % 3 === 0;
}

type Replay = typeof replayInProcess | typeof replayThroughStack;

/** Every recording at every split that `takes` it; a few at a time, so that requests of several clients interleave. */
async function replayAll(all: readonly Recording[], replay: Replay, takes = (_: Recording, __: Split) => true) {
  const jobs = all.flatMap((recording) =>
    splits.filter((split) => takes(recording, split)).map((split) => ({ recording, split })),
  );
  const replays: Replays = { expected: {}, actual: {} };
  const next = async () => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      const name = `${job.recording.id} at ${job.split.name}`;
      replays.expected[name] = expectationOf(job.recording);
      replays.actual[name] = await replay(job.recording, job.split);
    }
  };
  await Promise.all(Array.from({ length: 8 }, next));
  return replays;
}

function report(where: string, { expected }: Replays, failed: readonly string[], recorded: number): void {
  const total = Object.keys(expected).length;
  process.stdout.write(`recordings, ${where}: ${recorded} recordings, ${total - failed.length} of ${total} replays\n`);
}

if (recordings === undefined) {
  it('the recordings are not here: nothing could be replayed', () => expect(existsSync(recordingsDir)).toBe(false));
}

describe.each(providers)('every recorded chat completion of %s', (provider) => {
  const all = (recordings ?? []).filter((recording) => recording.provider === provider);
  let upstream: ReplayUpstream;
  beforeAll(async () => {
    upstream = await startReplayUpstream(gateway.upstreamPort, all);
  });
  afterAll(() => upstream.close());

  it('leaves the data plane byte for byte, however its answer was cut', async () => {
    const replays = await replayAll(all, replayInProcess);
    const failed = compare(replays);
    report(`${provider}, in process`, replays, failed, all.length);
    expect(failed).toEqual([]);
  });

  it('reaches a client of the running stack byte for byte', async () => {
    const replays = await replayAll(all, replayThroughStack, (recording, split) =>
      takesThroughStack(all.indexOf(recording), recording, split),
    );
    const failed = compare(replays);
    report(`${provider}, through the stack`, replays, failed, all.length);
    expect(failed).toEqual([]);
  });

  it('was asked of the provider in the client’s own bytes, but for the model’s name', () => {
    const asked = new Map(upstream.asked);
    for (const recording of all) {
      const sent = Buffer.from(jsonBytes(toClientRequest(recording, 'openai'))).toString();
      const { model } = recording.request;
      const forwarded = sent.replace(JSON.stringify(`openai/${model}`), () => JSON.stringify(model));
      const withUsage = `${forwarded.slice(0, -1)},"stream_options":{"include_usage":true}}`;
      const asksItself = !recording.stream || forwarded.includes('"include_usage":true');
      expect(asked.get(recording.id)).toBe(asksItself ? forwarded : withUsage);
    }
  });
});
