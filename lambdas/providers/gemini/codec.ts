import type { EgressCodec } from '../../domain/conversation/codec.ts';
import { joinPassages, startPassage } from '../../domain/conversation/reducer.ts';
import { sseReducer } from '../sse.ts';
import { decodeError } from './errors.ts';
import { encodeRequest } from './request.ts';
import { decodeResponse } from './response.ts';
import { createCandidateReducer } from './stream.ts';

/** Gemini's own API: generateContent and streamGenerateContent. */
export const egress: EgressCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: (context) => joinPassages(startPassage(sseReducer), startPassage(createCandidateReducer(context))),
  decodeError,
};
