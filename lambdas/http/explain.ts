import { type Answer, answerJson } from '../domain/answer.ts';
import { type ErrorDialect, writeErrorBody } from '../domain/error-dialects.ts';
import { answerFault, answerRefusal, type ErrorBody, GatewayFault, type Refusal } from '../domain/errors.ts';

/** Whom an error is told. @default a client of OpenAI's dialect */
export interface Told {
  readonly dialect: ErrorDialect;
  readonly requestId: string;
}

function write(status: number, body: ErrorBody, told: Told | undefined): object {
  return told === undefined ? body : writeErrorBody(told.dialect, status, body, told.requestId);
}

/** The one place that turns an expected no into HTTP. */
export function explainRefusal(refusal: Refusal, told?: Told): Answer {
  const { status, headers, body } = answerRefusal(refusal);
  return answerJson(status, write(status, body, told), headers);
}

/** The one place that turns a thrown fault into HTTP. What it was never leaves: only its code does. */
export function explainFault(cause: unknown, told?: Told): Answer {
  const fault = cause instanceof GatewayFault ? cause : new GatewayFault('internal_error');
  const { status, headers, body } = answerFault(fault.code);
  return answerJson(status, write(status, body, told), { ...headers, ...fault.headers });
}
