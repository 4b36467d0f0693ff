import type { IngressCodec } from '../../../domain/conversation/codec.ts';
import { startPassage } from '../../../domain/conversation/reducer.ts';
import { writeError } from '../errors.ts';
import { decodeRequest } from './request.ts';
import { encodeResponse } from './response.ts';
import { createMessageWriter } from './stream.ts';

/** Clients of Anthropic's Messages API. */
export const ingress: IngressCodec = {
  decodeRequest,
  encodeResponse,
  encodeStream: (context) => startPassage(createMessageWriter(context)),
  encodeError: (error) => ({ status: error.status, body: writeError(error) }),
};
