import { accept, type Outcome, refuse } from './errors.ts';

/** Strong, as it changes with every change. */
function entityTag(version: number): string {
  return `"${version}"`;
}

/** The header that tells the version of what an answer shows. */
export function tagged(version: number): { readonly etag: string } {
  return { etag: entityTag(version) };
}

const LIST = /^\s*(?:(?:W\/)?"[\x21\x23-\x7e]*"\s*,\s*)*(?:W\/)?"[\x21\x23-\x7e]*"\s*$/;

/**
 * Holds a change to the version that its caller has seen (RFC 9110 §13.1.1); without the header, to none. A weak tag vouches
 * for nothing.
 */
export function checkVersion(ifMatch: string | undefined, version: number): Outcome<undefined> {
  if (ifMatch === undefined || ifMatch.trim() === '*') return accept(undefined);
  if (ifMatch.length > 1_000 || !LIST.test(ifMatch)) {
    return refuse('invalid_request', "Invalid value: 'if-match' must be * or an ETag, quotes included.", 'if-match');
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes(entityTag(version))) return accept(undefined);
  return refuse('version_mismatch', 'It has been changed since. Get it again, and send its new ETag as If-Match.');
}
