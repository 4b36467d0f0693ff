import type {
  AnswerContext,
  DecodeContext,
  EgressCodec,
  IngressCodec,
} from '../../lambdas/domain/conversation/codec.ts';
import type { GenerationEvent } from '../../lambdas/domain/conversation/generation-event.ts';
import { egress as anthropic } from '../../lambdas/providers/anthropic/codec.ts';
import { ingress as fromAnthropic } from '../../lambdas/providers/anthropic/ingress/codec.ts';
import { egress as bedrock } from '../../lambdas/providers/bedrock/codec.ts';
import { egress as gemini } from '../../lambdas/providers/gemini/codec.ts';
import { egress as openAi } from '../../lambdas/providers/openai/codec.ts';
import { ingress as fromOpenAi } from '../../lambdas/providers/openai/ingress/codec.ts';
import { egress as responses } from '../../lambdas/providers/openai-responses/codec.ts';
import { ingress as fromResponses } from '../../lambdas/providers/openai-responses/ingress/codec.ts';
import type { AnswerSummary } from './answer-summary.ts';
import { readByAnthropic, readByOpenAi, readByResponses, type SentAnswer } from './official-sdk.ts';
import type { RecordedAnswer } from './recordings.ts';

/** By the API that a recording is of. */
const egresses: ReadonlyMap<string, EgressCodec> = new Map([
  ['chat.completions', openAi],
  ['responses', responses],
  ['messages', anthropic],
  ['generateContent', gemini],
  ['streamGenerateContent', gemini],
  ['converse', bedrock],
  ['converse-stream', bedrock],
]);

export const translatedApis: readonly string[] = [...egresses.keys()];

export interface ClientDialect {
  readonly name: string;
  readonly ingress: IngressCodec;
  /** The same dialect, spoken to a provider. */
  readonly egress: EgressCodec;
  readonly read: (answer: SentAnswer) => Promise<AnswerSummary>;
}

export const clientDialects: readonly ClientDialect[] = [
  { name: 'openai', ingress: fromOpenAi, egress: openAi, read: readByOpenAi },
  { name: 'responses', ingress: fromResponses, egress: responses, read: readByResponses },
  { name: 'anthropic', ingress: fromAnthropic, egress: anthropic, read: readByAnthropic },
];

const request = {
  dialect: 'openai',
  model: 'm',
  messages: [],
  isStreamed: true,
  wantsUsage: true,
  tools: [],
  extras: {},
} as const;

export const answerContext: AnswerContext = { id: 'req_1', created: 1, model: 'm', request };
export const decodeContext: DecodeContext = { id: 'req_1', target: { provider: 'p', model: 'm' } };

function egressOf({ api }: RecordedAnswer): EgressCodec {
  const egress = egresses.get(api);
  if (egress === undefined) throw new Error(`no codec reads ${api}`);
  return egress;
}

/** What the stream says, arriving in such pieces. */
export function decodePieces(recording: RecordedAnswer, pieces: readonly Uint8Array[]): GenerationEvent[] {
  const passage = egressOf(recording).decodeStream(decodeContext);
  return [...pieces.flatMap((piece) => passage.push(piece)), ...passage.end()];
}

function writeStream(recording: RecordedAnswer, ingress: IngressCodec): SentAnswer | string {
  const events = decodePieces(recording, [recording.body]);
  const failure = events.find((event) => event.type === 'error');
  if (failure?.type === 'error') return failure.error.message;
  const passage = ingress.encodeStream(answerContext);
  const body = [...events.flatMap((event) => passage.push(event)), ...passage.end()].join('');
  return { body, stream: true };
}

/** A provider's answer as a client of that dialect gets it; a string: the error that the provider told instead. */
export function translateAnswer(recording: RecordedAnswer, ingress: IngressCodec): SentAnswer | string {
  if (recording.stream) return writeStream(recording, ingress);
  const decoded = egressOf(recording).decodeResponse(recording.body, decodeContext);
  if (!decoded.ok) return decoded.error.message;
  return { body: JSON.stringify(ingress.encodeResponse(decoded.generation, answerContext).body), stream: false };
}
