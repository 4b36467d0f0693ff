import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readChatRequest } from '../domain/inference/outline-chat.ts';
import { type InferenceInput, type InferencePorts, infer } from './infer.ts';

/** POST /v1/chat/completions */
export function chatCompletions(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'chat-completions', outline: readChatRequest }, input, ports);
}
