import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';

/** Where a text lies that must lie nowhere. */
export interface Leak {
  readonly secret: string;
  /** How it was written there. */
  readonly encoding: string;
  readonly place: string;
}

/** Of the three ways in which base64 can cut a text that lies within others, the part that does not depend on them. */
function base64Core(text: string, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + Buffer.byteLength(text)) * 8) / 6);
  return encoded.slice(first, last);
}

const eachUnit = (text: string, write: (code: number) => string) =>
  [...text].map((character) => write(character.charCodeAt(0))).join('');
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');

/** Every form in which an ASCII text is likely to be written down. */
const encodings: Readonly<Record<string, (text: string) => string | Buffer>> = {
  raw: (text) => text,
  'base64 at 0': (text) => base64Core(text, 0),
  'base64 at 1': (text) => base64Core(text, 1),
  'base64 at 2': (text) => base64Core(text, 2),
  'hex, lower case': (text) => Buffer.from(text).toString('hex'),
  'hex, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'JSON escapes, lower case': (text) => eachUnit(text, (code) => `\\u${hex(code, 4)}`),
  'JSON escapes, upper case': (text) => eachUnit(text, (code) => `\\u${hex(code, 4).toUpperCase()}`),
  'percent-encoded, lower case': (text) => eachUnit(text, (code) => `%${hex(code, 2)}`),
  'percent-encoded, upper case': (text) => eachUnit(text, (code) => `%${hex(code, 2).toUpperCase()}`),
  'decimal bytes': (text) => eachUnit(text, (code) => `${code},`).slice(0, -1),
};

export interface LeakDetector {
  search(place: string, bytes: Uint8Array | string): readonly Leak[];
  /** The names and the raw bytes of all files under a folder. */
  searchFolder(folder: string): readonly Leak[];
  /** Every item of every table, as the service hands it out: what lies compressed on disk is plain here. */
  searchTables(client: DynamoDBClient): Promise<readonly Leak[]>;
}

/** @param secrets by a name that may be printed; the texts are ASCII letters and digits, long enough to be no accident. */
export function createLeakDetector(secrets: Readonly<Record<string, string>>): LeakDetector {
  const needles = Object.entries(secrets).flatMap(([secret, text]) =>
    Object.entries(encodings).map(([encoding, encode]) => ({ secret, encoding, bytes: Buffer.from(encode(text)) })),
  );

  function search(place: string, bytes: Uint8Array | string): readonly Leak[] {
    const haystack =
      typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return needles
      .filter((needle) => haystack.includes(needle.bytes))
      .map(({ secret, encoding }) => ({ secret, encoding, place }));
  }

  return {
    search,
    searchFolder(folder) {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return files.flatMap(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const place = relative(folder, path);
        return [...search(`the name of ${place}`, place), ...search(place, readFileSync(path))];
      });
    },
    async searchTables(client) {
      const { TableNames = [] } = await client.send(new ListTablesCommand({}));
      if (TableNames.length === 0) throw new Error('there are no tables to search');
      const scans = TableNames.map(async (TableName) => {
        const { Items } = await client.send(new ScanCommand({ TableName }));
        return search(`table ${TableName}`, JSON.stringify(Items));
      });
      return (await Promise.all(scans)).flat();
    },
  };
}
