import { type ErrorDialect, writeErrorEvent } from '../domain/error-dialects.ts';
import { answerFault, answerRefusal, type ErrorAnswer, GatewayFault, type Outcome } from '../domain/errors.ts';
import type { StreamAnswer, Usage, Write } from '../domain/upstream/chat-provider.ts';
import type { Caller } from './identify.ts';
import { watchPolicy } from './watch-policy.ts';

const encoder = new TextEncoder();

/** How the provider's side of a stream came out, which a client that was cut off does not see. */
export interface StreamEnd {
  /** Undefined: not told, or not to the end. */
  readonly usage: Usage | undefined;
  readonly isWhole: boolean;
}

export interface Relay {
  /** Resolves when the client has all that it is to have; throws what broke the stream, having told the client. */
  readonly deliver: (write: Write) => Promise<void>;
  /**
   * Resolves when the provider has sent all that it will: only then is the usage known. A stream that nobody took is read
   * to its end all the same, as it is paid for. Never rejects.
   */
  readonly end: () => Promise<StreamEnd>;
}

/** Reads the stream to its end, whatever becomes of the client: what the provider did is paid for. */
function read(answer: StreamAnswer, write: Write): { readonly done: Promise<void>; readonly end: Promise<StreamEnd> } {
  let usage: Usage | undefined;
  const done = answer.deliver(write, (reported) => {
    usage = reported;
  });
  const end = done.then(
    () => ({ usage, isWhole: true }),
    () => ({ usage, isWhole: false }),
  );
  return { done, end };
}

/** Passes a stream on until its end, or until the caller may no longer have it; the provider is read to its end anyhow. */
export function relayStream(
  answer: StreamAnswer,
  identifyAnew: () => Promise<Outcome<Caller>>,
  dialect: ErrorDialect,
): Relay {
  const encodeErrorEvent = ({ status, body }: ErrorAnswer) => encoder.encode(writeErrorEvent(dialect, status, body));
  let ended: Promise<StreamEnd> | undefined;

  async function deliver(write: Write): Promise<void> {
    let isCut = false;
    const { done, end } = read(answer, (chunk) => (isCut ? undefined : write(chunk)));
    ended = end;
    const watch = watchPolicy(identifyAnew);
    try {
      const cut = await Promise.race([done.then(() => undefined), watch.refused]);
      if (cut === undefined) return;
      isCut = true;
      await write(encodeErrorEvent(answerRefusal(cut.refusal)));
    } catch (cause) {
      const fault = cause instanceof GatewayFault ? cause : new GatewayFault('internal_error');
      // Not awaited: what a slow client has not taken yet must not keep the request from ending.
      if (!fault.isTold) void write(encodeErrorEvent(answerFault(fault.code)));
      throw cause;
    } finally {
      watch.stop();
    }
  }

  return { deliver, end: () => ended ?? read(answer, () => undefined).end };
}
