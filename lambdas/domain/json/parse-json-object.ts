import { accept, type Outcome, refuse } from '../errors.ts';
import { findTopLevelMembers, type Members } from './top-level-members.ts';

export interface JsonObject {
  readonly value: unknown;
  readonly members: Members;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** JSON.parse's own message quotes the text, which is the caller's prompt: it goes no further than this. */
function parse(text: string): Outcome<unknown> {
  try {
    return accept(JSON.parse(text));
  } catch {
    return refuse('invalid_json', 'The request body is not valid JSON.');
  }
}

/** A body that is one JSON object, in UTF-8, that every parser reads alike. */
export function parseJsonObject(bytes: Uint8Array): Outcome<JsonObject> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse('invalid_json', 'The request body is not valid UTF-8.');
  if (text.trim() === '') return refuse('invalid_json', 'The request body is empty; it must be a JSON object.');
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('invalid_request', 'The request body must be a JSON object.');
  }
  const members = findTopLevelMembers(bytes);
  if (members.repeated !== undefined) {
    return refuse(
      'invalid_request',
      'A field is given twice, and parsers differ on which one counts.',
      members.repeated,
    );
  }
  return accept({ value, members });
}
