import { type Edit, findTopLevelMembers, type Span, spliceBytes } from '../../domain/json/top-level-members.ts';
import type { UpstreamCall } from '../../domain/upstream/chat-provider.ts';

/** All that the client's bytes are changed by. */
export type BodyToForward = Pick<UpstreamCall, 'surface' | 'outline' | 'body' | 'members' | 'model' | 'outputLimit'>;

function editModel({ outline, model, members: { spans } }: BodyToForward): Edit[] {
  const span = spans.get('model');
  return span === undefined || outline.model === model ? [] : [{ ...span, text: JSON.stringify(model) }];
}

const OPEN_BRACE = 0x7b;
const usageOption = '"include_usage":true';

/** Where `stream_options` lies, the option goes in, whatever else is in there. */
function editWithin({ start, end }: Span, body: Uint8Array): Edit {
  const { spans, close } = findTopLevelMembers(body.subarray(start, end));
  const given = spans.get('include_usage');
  if (given !== undefined) return { start: start + given.start, end: start + given.end, text: 'true' };
  return { start: start + close, end: start + close, text: spans.size === 0 ? usageOption : `,${usageOption}` };
}

/** Usage is requested of every stream, since without it nobody could be charged what was used. */
function editStreamOptions({ surface, outline, members: { spans, close }, body }: BodyToForward): Edit[] {
  if (surface !== 'chat-completions' || !outline.isStreamed || outline.wantsUsage) return [];
  const span = spans.get('stream_options');
  if (span === undefined) return [{ start: close, end: close, text: `,"stream_options":{${usageOption}}` }];
  return [body[span.start] === OPEN_BRACE ? editWithin(span, body) : { ...span, text: `{${usageOption}}` }];
}

/** The output limit that the gateway sets where the client set none. */
function editOutputLimit({ outputLimit, members: { spans, close } }: BodyToForward): Edit[] {
  if (outputLimit === undefined) return [];
  const text = String(outputLimit.tokens);
  const span = spans.get(outputLimit.field);
  return span === undefined
    ? [{ start: close, end: close, text: `,"${outputLimit.field}":${text}` }]
    : [{ ...span, text }];
}

/**
 * The client's bytes with the provider's name of the model, `stream_options.include_usage` and the gateway's own output
 * limit, and nothing else new.
 */
export function toUpstreamBody(call: BodyToForward): Uint8Array {
  return spliceBytes(call.body, [...editModel(call), ...editStreamOptions(call), ...editOutputLimit(call)]);
}
