import type { AttributeValue, Item } from 'dynalite/db/index.js';

/** What the service allows one item to be, names and values together. */
export const maxItemBytes = 400 * 1024;

/** Bytes of an item by the service's published rules: UTF-8, where dynalite counts UTF-16 units. */
export function sizeOfItem(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + sizeOfValue(value);
  return bytes;
}

function sizeOfValue(value: AttributeValue): number {
  for (const [type, content] of Object.entries(value)) return sizeOf(type, content);
  return 0;
}

function sizeOf(type: string, content: unknown): number {
  if (typeof content === 'string') {
    if (type === 'S') return Buffer.byteLength(content);
    return type === 'B' ? Buffer.byteLength(content, 'base64') : sizeOfNumber(content);
  }
  if (Array.isArray(content)) {
    if (type !== 'L')
      return content.reduce((sum: number, member: unknown) => sum + sizeOf(type.slice(0, 1), member), 0);
    return content.reduce((sum: number, member: unknown) => sum + 1 + sizeOfNested(member), 3);
  }
  if (type === 'M' && isObject(content)) {
    return Object.entries(content).reduce(
      (sum, [name, member]) => sum + 1 + Buffer.byteLength(name) + sizeOfNested(member),
      3,
    );
  }
  return 1;
}

/** Two significant digits a byte, one byte more, and one for a sign; zeros at either end cost nothing. */
function sizeOfNumber(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function sizeOfNested(member: unknown): number {
  return isObject(member) ? Object.entries(member).reduce((sum, [type, content]) => sum + sizeOf(type, content), 0) : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
