import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import { readEmbeddingRequest } from '../domain/inference/embedding-request.ts';
import { infer } from './infer.ts';
import type { InferenceInput, InferencePorts } from './inference.ts';

/** POST /v1/embeddings */
export function embeddings(input: InferenceInput, ports: InferencePorts): Promise<Outcome<Answer>> {
  return infer({ surface: 'embeddings', outline: readEmbeddingRequest }, input, ports);
}
