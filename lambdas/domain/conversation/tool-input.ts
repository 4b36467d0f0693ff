import { tryParseExactly } from '../json/exact-json.ts';

export interface ToolInput {
  readonly input: object;
  /** False: the text was no object, and stands as it was under the name `arguments`. */
  readonly isObject: boolean;
}

/** A call's arguments, for a dialect that wants the object itself. A model may have written what is none. */
export function readToolInput(text: string): ToolInput {
  if (text.trim() === '') return { input: {}, isObject: true };
  const value = tryParseExactly(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { input: value, isObject } : { input: { arguments: text }, isObject: false };
}
