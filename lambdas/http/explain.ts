import { type Answer, answerJson } from '../domain/answer.ts';
import { answerFault, answerRefusal, GatewayFault, type Refusal } from '../domain/errors.ts';

/** The one place that turns an expected no into HTTP. */
export function explainRefusal(refusal: Refusal): Answer {
  const { status, headers, body } = answerRefusal(refusal);
  return answerJson(status, body, headers);
}

/** The one place that turns a thrown fault into HTTP. What it was never leaves: only its code does. */
export function explainFault(cause: unknown): Answer {
  const fault = cause instanceof GatewayFault ? cause : new GatewayFault('internal_error');
  const { status, headers, body } = answerFault(fault.code);
  return answerJson(status, body, { ...headers, ...fault.headers });
}
