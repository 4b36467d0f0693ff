// DynamoDB's typed JSON, as far as the product's items use it: strings, numbers that a double holds, booleans, null,
// lists, maps; sets of strings are read, as lists. Reading checks the shape alone; what the values must be is for the record's own schema to say.
import * as z from 'zod/mini';

export type AttributeValue =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeValue(value: unknown): unknown {
  if (!isMap(value)) throw new TypeError('an attribute value must be a map');
  const types = Object.keys(value);
  if (types.length > 1) throw new TypeError('an attribute value of several types');
  const [type = ''] = types;
  const content = value[type];
  switch (type) {
    case 'S':
    case 'SS':
    case 'BOOL':
      return content;
    case 'N':
      return Number(content);
    case 'NULL':
      return null;
    case 'L':
      return z.parse(z.array(z.unknown()), content).map(decodeValue);
    case 'M':
      return decodeItem(content);
    default:
      throw new TypeError('an attribute value of a type that no item of ours has');
  }
}

/** Throws where `item` is not a map of attribute values. */
export function decodeItem(item: unknown): Record<string, unknown> {
  if (!isMap(item)) throw new TypeError('an item must be a map');
  const decoded: Record<string, unknown> = {};
  for (const name of Object.keys(item)) decoded[name] = decodeValue(item[name]);
  return decoded;
}

/** What an item of ours may hold. */
export type Storable =
  | string
  | number
  | boolean
  | null
  | readonly Storable[]
  | { readonly [name: string]: Storable | undefined };

function encodeValue(value: Storable): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  return isList(value) ? { L: value.map(encodeValue) } : { M: encodeItem(value) };
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: object): value is readonly Storable[] {
  return Array.isArray(value);
}

/** Members that are undefined are left out. */
export function encodeItem(record: { readonly [name: string]: Storable | undefined }): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined) item[name] = encodeValue(value);
  }
  return item;
}
