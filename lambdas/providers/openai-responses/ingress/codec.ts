import type { IngressCodec } from '../../../domain/conversation/codec.ts';
import { startPassage } from '../../../domain/conversation/reducer.ts';
import { writeError } from '../../openai/errors.ts';
import { decodeRequest } from './request.ts';
import { encodeResponse } from './response.ts';
import { createResponseWriter } from './stream.ts';

/** Clients of OpenAI's Responses. */
export const ingress: IngressCodec = {
  decodeRequest,
  encodeResponse,
  encodeStream: (context) => startPassage(createResponseWriter(context)),
  encodeError: (error) => ({ status: error.status, body: writeError(error) }),
};
