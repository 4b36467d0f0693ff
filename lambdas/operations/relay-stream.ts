import { answerFault, answerRefusal, type ErrorBody, GatewayFault } from '../domain/errors.ts';
import type { StreamAnswer, Usage, Write } from '../domain/upstream/chat-provider.ts';
import type { PolicyWatch } from './watch-policy.ts';

const encoder = new TextEncoder();

/** The only way to tell a client whose stream has begun: the official SDKs raise it as their own error. */
function encodeErrorEvent(body: ErrorBody): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(body)}\n\n`);
}

/** How the provider's side of a stream came out, which a client that was cut off does not see. */
export interface StreamEnd {
  readonly usage: Usage | undefined;
  readonly isWhole: boolean;
}

export interface Relay {
  /** Resolves when the client has all that it is to have; throws what broke the stream, having told the client. */
  readonly deliver: (write: Write) => Promise<void>;
  /** Resolves when the provider has sent all that it will: only then is the usage known. Never rejects. */
  readonly ended: Promise<StreamEnd>;
}

/** Passes a stream on until its end, or until the caller may no longer have it; the provider is read to its end anyhow. */
export function relayStream(answer: StreamAnswer, watch: PolicyWatch): Relay {
  let end: (end: StreamEnd) => void = () => undefined;
  const ended = new Promise<StreamEnd>((resolve) => {
    end = resolve;
  });

  async function deliver(write: Write): Promise<void> {
    let isCut = false;
    const reading = answer.deliver((chunk) => (isCut ? undefined : write(chunk)));
    reading.then(
      (usage) => end({ usage, isWhole: true }),
      () => end({ usage: undefined, isWhole: false }),
    );
    try {
      const cut = await Promise.race([reading.then(() => undefined), watch.refused]);
      if (cut === undefined) return;
      isCut = true;
      await write(encodeErrorEvent(answerRefusal(cut.refusal).body));
    } catch (cause) {
      // Not awaited: what a slow client has not taken yet must not keep the request from ending.
      void write(encodeErrorEvent(answerFault(cause instanceof GatewayFault ? cause.code : 'internal_error').body));
      throw cause;
    } finally {
      watch.stop();
    }
  }
  return { deliver, ended };
}
