import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readChatRequest } from '../domain/inference/outline-chat.ts';
import { infer } from './infer.ts';
import type { InferenceInput, InferencePorts } from './inference.ts';

/** POST /v1/chat/completions */
export function chatCompletions(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'chat-completions', outline: readChatRequest }, input, ports);
}
