import { GatewayFault } from '../domain/errors.ts';
import type { RequestFacts } from '../domain/request-facts.ts';

export interface RequestLine extends RequestFacts {
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Takes one line of structured text. */
export type WriteLine = (line: string) => void;

export function logRequest(write: WriteLine, line: RequestLine): void {
  write(JSON.stringify({ event: 'request', ...line }));
}

/**
 * Where it happened and nothing else. The stack begins with the message, which can quote the request in lines that look
 * like frames, so the frames are looked for behind it alone.
 */
function framesOf({ stack = '', message }: Error): string[] {
  const at = stack.indexOf(message);
  if (at === -1) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim());
}

/** A fault, by its name and that of its cause. */
export function logFault(write: WriteLine, requestId: string, error: unknown): void {
  const code = error instanceof GatewayFault ? error.code : 'internal_error';
  const cause = error instanceof GatewayFault ? error.cause : error;
  const detail = cause instanceof Error ? { error: cause.name, frames: framesOf(cause) } : {};
  write(JSON.stringify({ event: 'fault', requestId, code, ...detail }));
}
