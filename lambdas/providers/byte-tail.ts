/** What came of something whose end has not. Linked, so that a long one costs no more in many pieces than in a few. */
export interface ByteTail {
  readonly before: ByteTail | undefined;
  readonly piece: Uint8Array;
}

export function joinTail(tail: ByteTail | undefined, last: Uint8Array): Uint8Array {
  if (tail === undefined) return last;
  const pieces = [last];
  for (let link: ByteTail | undefined = tail; link !== undefined; link = link.before) pieces.push(link.piece);
  const whole = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let at = whole.length;
  for (const piece of pieces) {
    at -= piece.length;
    whole.set(piece, at);
  }
  return whole;
}
