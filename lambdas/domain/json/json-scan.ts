/** How far an object's text has come, without what it says. */
export interface JsonScan {
  readonly depth: number;
  readonly place: 'outside' | 'string' | 'escape';
  readonly hasBegun: boolean;
}

export const emptyScan: JsonScan = { depth: 0, place: 'outside', hasBegun: false };

const steps: ReadonlyMap<string, number> = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
]);

/** Behind one more character of a string, or of an escape within one. */
function withinString(place: 'string' | 'escape', character: string): JsonScan['place'] {
  if (place === 'escape') return 'string';
  if (character === '\\') return 'escape';
  return character === '"' ? 'outside' : 'string';
}

/** Takes the next piece of the text. */
export function scanJson(scan: JsonScan, text: string): JsonScan {
  let { depth, place, hasBegun } = scan;
  for (const character of text) {
    if (place !== 'outside') place = withinString(place, character);
    else if (character === '"') place = 'string';
    else {
      depth += steps.get(character) ?? 0;
      hasBegun ||= depth > 0;
    }
  }
  return { depth, place, hasBegun };
}

/** The object is closed: nothing but space can follow. */
export function isClosed({ depth, place, hasBegun }: JsonScan): boolean {
  return hasBegun && depth <= 0 && place === 'outside';
}
