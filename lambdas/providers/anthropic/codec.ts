import type { EgressCodec } from '../../domain/conversation/codec.ts';
import { joinPassages, startPassage } from '../../domain/conversation/reducer.ts';
import { sseReducer } from '../sse.ts';
import { decodeError } from './errors.ts';
import { encodeRequest } from './request.ts';
import { decodeResponse } from './response.ts';
import { messageReducer } from './stream.ts';

/** Anthropic's Messages API. */
export const egress: EgressCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: () => joinPassages(startPassage(sseReducer), startPassage(messageReducer)),
  decodeError,
};
