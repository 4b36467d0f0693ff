// What the data plane has to know of IP addresses, without a library: whoever sets a block has it checked and spelt out by
// one (operations/connection-fields.ts).

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  const bytes = parts.map(Number);
  const isPlain = parts.length === 4 && bytes.every((byte, index) => byte <= 255 && String(byte) === parts[index]);
  return isPlain ? bytes : undefined;
}

/** A run of groups between two double colons; the last may be an IPv4 address, which counts for two. */
function parseGroups(text: string, isTail: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const v4 = isTail && index === groups.length - 1 ? parseV4(group) : undefined;
    if (v4 !== undefined) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function parseV6(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = parseGroups(head, tail === undefined);
  const after = parseGroups(tail ?? '', true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

/**
 * The bytes of an address: 4, or 16. An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is that IPv4 address. Undefined
 * for all else, a zone among it.
 */
export function parseAddress(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return parseV4(text);
  const bytes = parseV6(text);
  const isMapped = bytes !== undefined && MAPPED.every((byte, index) => byte === bytes[index]);
  return isMapped ? bytes.slice(12) : bytes;
}

/** Whether `address` lies in `block`, such as `10.0.0.0/8`. An IPv4 address lies in no IPv6 block, and the reverse. */
export function isInBlock(address: string, block: string): boolean {
  const [network = '', length = ''] = block.split('/');
  const bytes = parseAddress(address);
  const start = parseAddress(network);
  if (bytes === undefined || start === undefined || bytes.length !== start.length) return false;
  const bits = Number(length);
  return bytes.every((byte, index) => {
    const unmasked = 8 - Math.min(8, Math.max(0, bits - 8 * index));
    return byte >> unmasked === (start[index] ?? 0) >> unmasked;
  });
}
