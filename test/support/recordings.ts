import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { toBytes } from './text.ts';

/** Lies beside the checkout, where it is there at all: the recordings are not part of the project. */
export const recordingsDir = new URL('../../../shared/data/recordings/', import.meta.url);

const entry = z.object({
  id: z.string(),
  upstream_host: z.string(),
  api: z.string(),
  stream: z.boolean(),
  status: z.number(),
  model: z
    .string()
    .nullish()
    .transform((model) => model ?? 'unrecorded'),
  file: z.string(),
  request: z.string(),
  headers: z.record(z.string(), z.string()),
});

const chatBody = z.looseObject({ model: z.string(), stream: z.boolean().nullish() });
export type ChatBody = z.infer<typeof chatBody>;

/** A few were recorded without their request: its body is an empty string. */
const requestFile = z.object({ body: z.union([chatBody, z.literal('')]) });

/** A real exchange with a provider. */
export interface Recording {
  readonly id: string;
  /** Its folder: `openai`, or `openai-compatible`. */
  readonly provider: string;
  /** Where it was recorded. */
  readonly host: string;
  readonly stream: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly request: ChatBody;
}

/** An answer of any of a provider's APIs, as it came. */
export interface RecordedAnswer {
  readonly id: string;
  /** Its folder: `openai`, `openai-compatible`, `anthropic`, `gemini`, `bedrock`. */
  readonly provider: string;
  readonly host: string;
  readonly api: string;
  readonly stream: boolean;
  readonly status: number;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Undefined: the request was not recorded. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
}

const anyRequest = z.object({ body: z.union([z.record(z.string(), z.unknown()), z.unknown()]) });

/** Every recorded answer of those APIs; undefined: the recordings are not here. */
export function loadAnswers(apis: readonly string[]): readonly RecordedAnswer[] | undefined {
  if (!existsSync(recordingsDir)) return undefined;
  const lines = read('index.jsonl').toString().trim().split('\n');
  return lines
    .map((line) => entry.parse(JSON.parse(line)))
    .filter(({ api }) => apis.includes(api))
    .map(({ upstream_host: host, file, request, ...recorded }) => {
      const { body } = anyRequest.parse(JSON.parse(read(request).toString()));
      const known = z.record(z.string(), z.unknown()).safeParse(body);
      return {
        ...recorded,
        provider: file.split('/', 1)[0] ?? '',
        host,
        body: read(file),
        request: known.data,
      };
    });
}

const read = (path: string) => readFileSync(new URL(path, recordingsDir));

/** What must have been asked to get such an answer. */
function assumeRequest(stream: boolean): ChatBody {
  return { model: 'unrecorded', messages: [{ role: 'user', content: 'Hello' }], ...(stream && { stream: true }) };
}

/** Every recorded chat completion of OpenAI and of the servers that speak its dialect; undefined: they are not here. */
export function loadChatRecordings(): readonly Recording[] | undefined {
  if (!existsSync(recordingsDir)) return undefined;
  const lines = read('index.jsonl').toString().trim().split('\n');
  return lines
    .map((line) => entry.parse(JSON.parse(line)))
    .filter(({ api, file }) => api === 'chat.completions' && file.startsWith('openai'))
    .map(({ id, upstream_host: host, file, stream, status, headers, request }) => {
      const { body } = requestFile.parse(JSON.parse(read(request).toString()));
      const provider = file.split('/', 1)[0] ?? '';
      return {
        id,
        provider,
        host,
        stream,
        status,
        headers,
        body: read(file),
        request: body === '' ? assumeRequest(stream) : body,
      };
    });
}

/** Whether the stream ends in a chunk that its client must have asked for by `stream_options.include_usage`. */
function showsUsage({ stream, body }: Recording): boolean {
  return stream && /"usage":\s*\{/.test(Buffer.from(body).toString());
}

/** The recorded request as a client of the gateway sends it: the model by the name it has here, the usage asked for. */
export function toClientRequest(recording: Recording, provider: string): ChatBody {
  const { request } = recording;
  const usage = showsUsage(recording) ? { stream_options: { include_usage: true } } : {};
  return { ...request, ...usage, model: `${provider}/${request.model}` };
}

/** A way to cut an answer into the pieces in which it arrives. */
export interface Split {
  readonly name: string;
  readonly cut: (bytes: Uint8Array) => readonly Uint8Array[];
}

function cutEvery(bytes: Uint8Array, nextSize: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = nextSize();
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** A linear congruential generator, so that a failure can be repeated. From 1 to `most`. */
function createSizes(seed: number, most: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (state % most);
  };
}

const fixed = (size: number): Split => ({ name: `${size}`, cut: (bytes) => cutEvery(bytes, () => size) });
const random = (seed: number, most: number): Split => ({
  name: `random-${seed}`,
  cut: (bytes) => cutEvery(bytes, createSizes(seed, most)),
});

export const splits: readonly Split[] = [
  { name: 'whole', cut: (bytes) => [bytes] },
  fixed(1),
  fixed(37),
  fixed(1000),
  random(1, 16),
  random(2, 300),
  random(3, 5000),
];

export const jsonBytes = (value: unknown): Uint8Array => toBytes(JSON.stringify(value));
