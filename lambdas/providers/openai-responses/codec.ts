import type { EgressCodec } from '../../domain/conversation/codec.ts';
import { joinPassages, startPassage } from '../../domain/conversation/reducer.ts';
import { decodeError } from '../openai/errors.ts';
import { sseReducer } from '../sse.ts';
import { encodeRequest } from './request.ts';
import { decodeResponse } from './response.ts';
import { createResponseReducer } from './stream.ts';

/** OpenAI's Responses. */
export const egress: EgressCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: (context) => joinPassages(startPassage(sseReducer), startPassage(createResponseReducer(context))),
  decodeError,
};
