import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readCountRequest } from '../domain/inference/message-request.ts';
import { infer } from './infer.ts';
import type { InferenceInput, InferencePorts } from './inference.ts';

/** POST /v1/messages/count_tokens */
export function countTokens(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'count-tokens', outline: readCountRequest }, input, ports);
}
