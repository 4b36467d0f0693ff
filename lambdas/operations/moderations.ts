import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readModerationRequest } from '../domain/inference/moderation-request.ts';
import { type InferenceInput, type InferencePorts, infer } from './infer.ts';

/** POST /v1/moderations */
export function moderations(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'moderations', outline: readModerationRequest }, input, ports);
}
