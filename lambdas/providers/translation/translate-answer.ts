import type { AnswerContext, DecodeContext, EgressCodec, IngressCodec } from '../../domain/conversation/codec.ts';
import type { GenerationEvent } from '../../domain/conversation/generation-event.ts';
import type { UpstreamError } from '../../domain/conversation/upstream-error.ts';
import { GatewayFault } from '../../domain/errors.ts';
import type { CompleteAnswer, StreamAnswer, UpstreamAnswer, Usage } from '../../domain/upstream/chat-provider.ts';
import { forwardHeaders, readWhole, requireAnswer } from '../pass-through/response.ts';
import type { UpstreamResponse } from '../transport.ts';

/** Who spoke to whom, and about what. */
export interface Translation {
  readonly ingress: IngressCodec;
  readonly codec: EgressCodec;
  readonly decodeContext: DecodeContext;
  readonly answerContext: AnswerContext;
  /** Fields of the request that the provider's dialect has no word for. */
  readonly dropped: readonly string[];
}

/** Lists, in the client's own words, what of a request or an answer did not survive the translation. */
const droppedHeader = 'x-portcullis-dropped';

const encoder = new TextEncoder();

function headersOf({ headers }: UpstreamResponse, dropped: readonly string[]): Record<string, string> {
  const names = [...new Set(dropped)];
  return { ...forwardHeaders(headers), ...(names.length > 0 && { [droppedHeader]: names.join(', ') }) };
}

function complete(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
  usage?: Usage,
): CompleteAnswer {
  return {
    kind: 'complete',
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: encoder.encode(JSON.stringify(body)),
    usage,
  };
}

function tellError(
  error: UpstreamError,
  response: UpstreamResponse,
  { ingress, dropped }: Translation,
): CompleteAnswer {
  const { status, body } = ingress.encodeError(error);
  return complete(status, body, headersOf(response, dropped));
}

async function translateWhole(response: UpstreamResponse, translation: Translation): Promise<CompleteAnswer> {
  const { codec, ingress, decodeContext, answerContext, dropped } = translation;
  const body = await readWhole(response);
  if (response.status >= 300) return tellError(codec.decodeError(response.status, body), response, translation);
  const decoded = codec.decodeResponse(body, decodeContext);
  if (!decoded.ok) return tellError(decoded.error, response, translation);
  const encoded = ingress.encodeResponse(decoded.generation, answerContext);
  const headers = headersOf(response, [...dropped, ...encoded.dropped]);
  return complete(response.status, encoded.body, headers, decoded.generation.usage);
}

/** What is known of a stream that passes by. */
interface Watched {
  usage: Usage | undefined;
  finished: number;
  hasFailed: boolean;
}

function watch(watched: Watched, event: GenerationEvent): void {
  if (event.type === 'usage') watched.usage = event.usage;
  else if (event.type === 'finish') watched.finished += 1;
  else if (event.type === 'error') watched.hasFailed = true;
}

function translateStream(response: UpstreamResponse, translation: Translation): StreamAnswer {
  const { codec, ingress, decodeContext, answerContext, dropped } = translation;
  const deliver: StreamAnswer['deliver'] = async (write, noteUsage) => {
    const incoming = codec.decodeStream(decodeContext);
    const outgoing = ingress.encodeStream(answerContext);
    const watched: Watched = { usage: undefined, finished: 0, hasFailed: false };
    const carry = (events: readonly GenerationEvent[]) => {
      let text = '';
      for (const event of events) {
        watch(watched, event);
        for (const piece of outgoing.push(event)) text += piece;
      }
      return text;
    };
    const settle = (isOver: boolean) => {
      const isFinal = watched.finished >= (answerContext.request.choices ?? 1);
      if (watched.usage !== undefined && (isOver || isFinal)) noteUsage(watched.usage);
    };
    try {
      await response.deliver((piece) => {
        const text = carry(incoming.push(piece));
        return text === '' ? undefined : write(encoder.encode(text));
      });
    } catch (cause) {
      settle(false);
      throw cause;
    }
    const last = carry(incoming.end()) + outgoing.end().join('');
    settle(!watched.hasFailed);
    if (last !== '') await write(encoder.encode(last));
    // The client has it from the dialect's own error event.
    if (watched.hasFailed) throw new GatewayFault('upstream_error', { isTold: true });
  };
  return { kind: 'stream', status: response.status, headers: headersOf(response, dropped), deliver };
}

/** What came from upstream, in the client's dialect. */
export async function translateAnswer(response: UpstreamResponse, translation: Translation): Promise<UpstreamAnswer> {
  requireAnswer(response);
  const isStream = translation.answerContext.request.isStreamed && response.status < 300;
  return isStream ? translateStream(response, translation) : translateWhole(response, translation);
}
