import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readModerationRequest } from '../domain/inference/moderation-request.ts';
import { infer } from './infer.ts';
import type { InferenceInput, InferencePorts } from './inference.ts';

/** POST /v1/moderations */
export function moderations(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'moderations', outline: readModerationRequest }, input, ports);
}
