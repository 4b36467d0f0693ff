// What is asked and answered. Made once, the same for every target, so that all of them carry the same bytes.
import { composeKey } from '../../lambdas/domain/keys/key-format.ts';

/** A key of the right form; the hosts of the benchmark know it, nothing else does. */
export const benchKeyParts = { publicId: 'BenchBenchBe', secret: 'BenchBenchBenchBenchBenchBenchBe' } as const;
export const benchKey = composeKey(benchKeyParts);

/** How the mock upstream answers. */
export const replyKinds = ['whole', 'burst', 'trickle'] as const;
export type ReplyKind = (typeof replyKinds)[number];

/** As which of its providers the gateway knows that upstream; the model has a price, as a spend cap demands. */
export const providerOf = { whole: 'openai', burst: 'groq', trickle: 'mistral' } as const satisfies Record<
  ReplyKind,
  string
>;
const modelOf = {
  whole: 'openai/gpt-4o-mini',
  burst: 'groq/llama-3.1-8b-instant',
  trickle: 'mistral/mistral-small-latest',
} as const satisfies Record<ReplyKind, string>;

/** Between two events of a `trickle`: 100 tokens a second. */
export const trickleGapMs = 10;

export interface Workload {
  readonly reply: ReplyKind;
  readonly body: Buffer;
}

/** Pads with prose whose quotes and line ends JSON must escape, as real prompts have them. */
function prose(length: number): string {
  return 'The porter said "who goes there?"\nand, hearing nothing, let the portcullis down. '
    .repeat(Math.ceil(length / 80))
    .slice(0, length);
}

function encodeRequest(reply: ReplyKind, bytes: number): Buffer {
  const request = (content: string) =>
    JSON.stringify({
      model: modelOf[reply],
      messages: [
        { role: 'system', content: 'You keep the gate.' },
        { role: 'user', content },
      ],
      temperature: 0.7,
      max_tokens: 256,
      ...(reply !== 'whole' && { stream: true }),
    });
  const text = prose(bytes);
  let length = bytes;
  while (Buffer.byteLength(request(text.slice(0, length))) > bytes) length -= 1;
  return Buffer.from(request(text.slice(0, length)));
}

export const chat: Workload = { reply: 'whole', body: encodeRequest('whole', 1_024) };
export const burst: Workload = { reply: 'burst', body: encodeRequest('burst', 1_024) };
export const trickle: Workload = { reply: 'trickle', body: encodeRequest('trickle', 1_024) };

/** A prompt of 200 KB. Cut in bulk first: `encodeRequest` shortens letter by letter. */
export const longPrompt: Workload = {
  reply: 'whole',
  body: Buffer.from(JSON.stringify({ model: modelOf.whole, messages: [{ role: 'user', content: prose(195_000) }] })),
};

const usage = { prompt_tokens: 200, completion_tokens: 180, total_tokens: 380 };

/** A completion of 1 KB. */
export const wholeReply = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_800_000_000,
    model: 'bench-model',
    choices: [{ index: 0, message: { role: 'assistant', content: prose(700) }, finish_reason: 'stop' }],
    usage,
  }),
);

/** Spelt as no JSON encoder would spell it, so that a stream which was parsed and written anew cannot pass for itself. */
function formatEvent(delta: string, finish: string): string {
  return `data: {"id": "chatcmpl-bench", "object":"chat.completion.chunk","created":18e8, "model":"bench\\u002dmodel","system_fingerprint":null,"choices":[ {"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}],"usage":null}\n\n`;
}

const usageEvent = `data: {"id": "chatcmpl-bench","object":"chat.completion.chunk","created":18e8,"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;

/** 51 events: the role, 47 tokens, the finish, the usage, and the end. */
export const streamEvents: readonly string[] = [
  formatEvent('{"role":"assistant","content":""}', 'null'),
  ...Array.from({ length: 47 }, (_, index) => formatEvent(`{"content":" t\\u006fken ${index}"}`, 'null')),
  formatEvent('{}', '"stop"'),
  usageEvent,
  'data: [DONE]\n\n',
];

/** What a client must receive. The gateway withholds the usage, which it asked for itself. */
export function expectedReply(reply: ReplyKind, throughGateway: boolean): Buffer {
  if (reply === 'whole') return wholeReply;
  return Buffer.from(streamEvents.filter((event) => !(throughGateway && event === usageEvent)).join(''));
}
