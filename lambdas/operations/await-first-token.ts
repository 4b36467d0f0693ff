import { GatewayFault } from '../domain/errors.ts';
import type { StreamAnswer, Usage, Write } from '../domain/upstream/chat-provider.ts';

const decoder = new TextDecoder();

/** In any dialect: something that was said, or the end of what was. Before it come heads, roles and empty parts. */
const token =
  /"(content|text|thinking|partial_json|arguments|reasoning|reasoning_content|refusal|delta)":\s*"[^"]|"finish_reason":\s*"|"type":\s*"(message_delta|response\.(completed|incomplete|failed))"/;
const failure = /^event:\s*error\b|"error":\s*\{/m;

/**
 * Begins a stream, and gives it on once the first token is there: until then nothing was sent to the client, and another
 * target may still answer. Throws GatewayFault where the stream fails before, be it by an event that says so.
 */
export async function awaitFirstToken(answer: StreamAnswer): Promise<StreamAnswer> {
  const held: Uint8Array[] = [];
  const begun = Promise.withResolvers<void>();
  const attached = Promise.withResolvers<void>();
  let hasBegun = false;
  let write: Write = () => undefined;
  let usage: Usage | undefined;
  let noteUsage = (reported: Usage) => {
    usage = reported;
  };
  const take: Write = (chunk) => {
    if (hasBegun) return attached.promise.then(() => write(chunk));
    const text = decoder.decode(chunk);
    held.push(chunk);
    if (token.test(text)) hasBegun = true;
    else if (failure.test(text)) {
      // What follows is read and let go of.
      hasBegun = true;
      attached.resolve();
      begun.reject(new GatewayFault('upstream_error'));
      return undefined;
    } else return undefined;
    begun.resolve();
    return attached.promise;
  };
  const done = answer.deliver(take, (reported) => noteUsage(reported));
  await Promise.race([begun.promise, done]);
  done.catch(() => undefined);
  return {
    ...answer,
    async deliver(next, note) {
      noteUsage = note;
      if (usage !== undefined) note(usage);
      for (const chunk of held.splice(0)) await next(chunk);
      write = next;
      attached.resolve();
      await done;
    },
  };
}
