import canonicalize from 'canonicalize';
import { sha256Hex } from './sha256-hex.ts';

/** SHA-256, lower-case hex, over the value's RFC 8785 canonical JSON. Throws where the value is not JSON. */
export function canonicalDigest(value: object): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON has a canonical form');
  return sha256Hex(text);
}
