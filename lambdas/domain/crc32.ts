/** Signed, as the engine keeps no larger integer in a register. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 as in zlib and PNG. Not `node:zlib`: loading that costs more of a cold start than a table does. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  // Every answer of DynamoDB goes through here: by index, this takes a third of the time of an iterator.
  for (let index = 0; index < bytes.length; index += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
