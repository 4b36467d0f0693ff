// Where a key lies on disk: a folder per key, below folders as its slashes have it, so that a person finds what they look
// for. The folder of a key ends in `@`, which no encoded segment holds: `a` and `a/b` can both be keys.
import { join } from 'node:path';
import { S3Error } from './s3-error.ts';

const mark = '@';
/** What file systems allow, less the mark. */
const longestSegment = 250;

/** Throws S3Error for a key that no file system could hold. */
export function folderOfKey(bucketFolder: string, key: string): string {
  const segments = key.split('/').map(encodeSegment);
  if (segments.some(({ length }) => length > longestSegment)) {
    throw new S3Error('KeyTooLongError', 'A part of your key is too long', 400);
  }
  return `${join(bucketFolder, ...segments)}${mark}`;
}

/** The key whose folder it is, by its path below the bucket's; undefined where it is no key's. */
export function keyOfFolder(relativePath: string): string | undefined {
  if (!relativePath.endsWith(mark)) return undefined;
  const segments = relativePath.slice(0, -mark.length).split(/[\\/]/);
  return segments.map(decodeSegment).join('/');
}

/** Dots and emptiness would be read as something else than a name. */
function encodeSegment(segment: string): string {
  if (segment === '') return '%';
  return encodeURIComponent(segment)
    .replace(/^\.+/, (dots) => dots.replaceAll('.', '%2E'))
    .replaceAll('*', '%2A');
}

function decodeSegment(segment: string): string {
  return segment === '%' ? '' : decodeURIComponent(segment);
}
