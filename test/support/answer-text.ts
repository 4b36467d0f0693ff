import type { Answer } from '../../lambdas/domain/answer.ts';
import type { Outcome } from '../../lambdas/domain/errors.ts';

/** The whole body of an accepted answer. */
export function textOf(outcome: Outcome<Answer>): string {
  if (!outcome.ok || !(outcome.value.body instanceof Uint8Array)) throw new Error('no whole answer');
  return new TextDecoder().decode(outcome.value.body);
}
