import type { EgressCodec } from '../../domain/conversation/codec.ts';
import { joinPassages, startPassage } from '../../domain/conversation/reducer.ts';
import { decodeError } from './errors.ts';
import { eventStreamReducer } from './event-stream.ts';
import { encodeRequest } from './request.ts';
import { decodeResponse } from './response.ts';
import { createConverseReducer } from './stream.ts';

/** Amazon Bedrock's Converse and ConverseStream. */
export const egress: EgressCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: (context) =>
    joinPassages(startPassage(eventStreamReducer), startPassage(createConverseReducer(context))),
  decodeError,
};
