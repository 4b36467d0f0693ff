import { type Answer, answerJson } from '../domain/answer.ts';

/** GET /healthz: this function answers. It asks no provider, so that a provider's outage does not take the gateway down. */
export function checkHealth(): Answer {
  return answerJson(200, { status: 'ok' });
}
