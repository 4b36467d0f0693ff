import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readMessageRequest } from '../domain/inference/message-request.ts';
import { infer } from './infer.ts';
import type { InferenceInput, InferencePorts } from './inference.ts';

/** POST /v1/messages */
export function messages(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'messages', outline: readMessageRequest }, input, ports);
}
