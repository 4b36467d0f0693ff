import { packedCatalogue } from './catalogue.generated.ts';

const { inflateRawSync } = process.getBuiltinModule('node:zlib');

/**
 * Provider -> a line for each of its models, as catalogue.ts reads it. Packed, it is a quarter of its size: every cold start
 * reads it, and most of them want a few lines.
 */
export function unpackCatalogue(): readonly (readonly [string, string])[] {
  const text = inflateRawSync(Buffer.from(packedCatalogue, 'base64')).toString();
  return text.split('\n\n').map((part) => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1)];
  });
}
