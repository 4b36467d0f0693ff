import { accept, type Outcome, refuse } from '../errors.ts';
import { findTopLevelMembers, type Members } from './top-level-members.ts';

export interface JsonObject {
  readonly value: object;
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

/** How many members the objects within `value` have. Not recursive, as the caller chooses how deep it goes. */
function countMembers(value: unknown): number {
  const rest = [value];
  let count = 0;
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) continue;
    const isList = Array.isArray(next);
    const values: readonly unknown[] = isList ? next : Object.values(next);
    if (!isList) count += values.length;
    for (const inner of values) if (typeof inner === 'object') rest.push(inner);
  }
  return count;
}

/** The member that is given twice, or within which one is, at any depth. */
function findRepeated(value: object, { spans, repeated }: Members): string | undefined {
  if (repeated !== undefined) return repeated;
  for (const [name, { names }] of spans) {
    if (names > 0 && countMembers(Reflect.get(value, name)) !== names) return name;
  }
  return undefined;
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
  const repeated = findRepeated(value, members);
  return repeated === undefined
    ? accept({ value, members })
    : refuse(
        'invalid_request',
        'A field is given twice in one object, and parsers differ on which one counts.',
        repeated,
      );
}
