import type { IngressCodec } from '../../../domain/conversation/codec.ts';
import { startPassage } from '../../../domain/conversation/reducer.ts';
import { writeError } from '../errors.ts';
import { decodeRequest } from './request.ts';
import { encodeResponse } from './response.ts';
import { createChunkWriter } from './stream.ts';

/** Clients of Chat Completions. */
export const ingress: IngressCodec = {
  decodeRequest,
  encodeResponse,
  encodeStream: (context) => startPassage(createChunkWriter(context)),
  encodeError: (error) => ({ status: error.status, body: writeError(error) }),
};
