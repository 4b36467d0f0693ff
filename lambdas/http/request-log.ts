import { type FaultCode, GatewayFault } from '../domain/errors.ts';
import { faultMetrics, type MeasuredRequest, requestMetrics } from './request-metrics.ts';

export interface RequestLine extends MeasuredRequest {
  readonly requestId: string;
  readonly route: string;
  readonly durationMs: number;
}

/** Where and when lines are written. */
export interface LogContext {
  readonly stage: string;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
  readonly writeLine: WriteLine;
}

/** Takes one line of structured text. */
export type WriteLine = (line: string) => void;

/** Under zero logging a line tells who pays how much, and how long it took. */
function withoutDetails({ provider, model, stream, usage, upstreamMs, ...line }: RequestLine): RequestLine {
  return line;
}

/** One line for each request of the data plane, which CloudWatch reads metrics off as well. */
export function logRequest({ stage, nowMs, writeLine }: LogContext, line: RequestLine): void {
  const told = line.zeroLogging ? withoutDetails(line) : line;
  // A provider that fails is counted by its name, whoever called it.
  const { provider } = line;
  const metrics = requestMetrics(stage, { ...told, ...(provider !== undefined && { provider }) }, nowMs());
  writeLine(JSON.stringify({ event: 'request', ...told, ...metrics }));
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

function codeOf(error: unknown): FaultCode {
  return error instanceof GatewayFault ? error.code : 'internal_error';
}

/** A fault, by its name and that of its cause. */
export function logFault(write: WriteLine, requestId: string, error: unknown, metrics: object = {}): void {
  const cause = error instanceof GatewayFault ? error.cause : error;
  const detail = cause instanceof Error ? { error: cause.name, frames: framesOf(cause) } : {};
  write(JSON.stringify({ event: 'fault', requestId, code: codeOf(error), ...detail, ...metrics }));
}

/** A fault that is also a request's answer, where nothing else counts the request. */
export function logFailedRequest({ stage, nowMs, writeLine }: LogContext, requestId: string, error: unknown): void {
  logFault(writeLine, requestId, error, faultMetrics(stage, codeOf(error), nowMs()));
}
