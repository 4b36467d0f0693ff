const crypto = process.getBuiltinModule('node:crypto');

/**
 * Whether two texts are equal, in a time that does not tell where they differ. Only the length can be learnt from it, so
 * compare digests with it, not secrets of varying length.
 */
export function equalInConstantTime(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && crypto.timingSafeEqual(leftBytes, rightBytes);
}
