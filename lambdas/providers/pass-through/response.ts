import { GatewayFault } from '../../domain/errors.ts';
import type {
  CompleteAnswer,
  StreamAnswer,
  UpstreamAnswer,
  UpstreamCall,
} from '../../domain/upstream/chat-provider.ts';
import type { UpstreamResponse } from '../transport.ts';
import { chatTap } from './chat-tap.ts';
import { finish, initialState, reduce } from './stream.ts';
import type { Tap } from './tap.ts';

/** A complete answer is held until it is known to be one; 32 MiB is more than any model writes. */
const maxCompleteBytes = 33_554_432;

/** What a client may see of a provider's headers: nothing that tells of the operator's organisation or limits. */
const forwarded = [
  'openai-processing-ms',
  'openai-version',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
] as const;

/** The head of an answer has 16 KB in AWS, and its own encoding: what is longer, or no plain text, is not worth a failure. */
const plain = /^[\x20-\x7e]{1,256}$/;

export function forwardHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of forwarded) {
    const value = headers[name];
    if (value !== undefined && plain.test(value)) kept[name] = value;
  }
  return kept;
}

export async function readWhole({ deliver }: UpstreamResponse): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  await deliver((piece) => {
    size += piece.length;
    if (size > maxCompleteBytes) return Promise.reject(new GatewayFault('upstream_error'));
    pieces.push(piece);
    return undefined;
  });
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function parseCompletion(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
  } catch {
    // Without its cause, which would quote the provider's text.
    throw new GatewayFault('upstream_error');
  }
}

/** A success must be JSON; an error is the provider's own to word, and passes through unchanged. */
async function toComplete(response: UpstreamResponse, tap: Tap): Promise<CompleteAnswer> {
  const body = await readWhole(response);
  const usage = response.status < 300 ? tap.readWhole(parseCompletion(body)) : undefined;
  const { 'content-type': type = '' } = response.headers;
  const headers = {
    'content-type': plain.test(type) ? type : 'application/json',
    ...forwardHeaders(response.headers),
  };
  return { kind: 'complete', status: response.status, headers, body, usage };
}

function toStream(response: UpstreamResponse, withholdUsage: boolean, tap: Tap): StreamAnswer {
  const deliver: StreamAnswer['deliver'] = async (write, noteUsage) => {
    let state = initialState;
    // A stream can fail while the client still takes one of its events: the ones behind it are then not to follow.
    let failed = false;
    const writeAll = async (events: readonly Uint8Array[]) => {
      for (const event of events) if (!failed) await write(event);
    };
    try {
      await response.deliver((piece) => {
        const step = reduce(state, piece, withholdUsage, tap);
        state = step.state;
        const [event] = step.events;
        if (event === undefined) return undefined;
        return step.events.length === 1 ? write(event) : writeAll(step.events);
      });
    } catch (cause) {
      failed = true;
      if (state.isFinal && state.usage !== undefined) noteUsage(state.usage);
      throw cause;
    }
    const last = finish(state, withholdUsage, tap);
    if (last.state.usage !== undefined) noteUsage(last.state.usage);
    await writeAll(last.events);
  };
  return { kind: 'stream', status: response.status, headers: forwardHeaders(response.headers), deliver };
}

/** Gives up an answer that is none, or that nobody could read. Throws GatewayFault `upstream_error`. */
export function requireAnswer(response: UpstreamResponse): void {
  const { status, headers } = response;
  const isDecodable = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (status >= 200 && (status < 300 || status >= 400) && status <= 599 && isDecodable) return;
  response.cancel();
  throw new GatewayFault('upstream_error');
}

/** What came from upstream, as the client is to get it. */
export function toAnswer(
  { outline }: Pick<UpstreamCall, 'outline'>,
  response: UpstreamResponse,
  tap: Tap = chatTap,
): Promise<UpstreamAnswer> | UpstreamAnswer {
  requireAnswer(response);
  const isStream = response.headers['content-type']?.toLowerCase().startsWith('text/event-stream') ?? false;
  return isStream && response.status < 300 ? toStream(response, !outline.wantsUsage, tap) : toComplete(response, tap);
}
