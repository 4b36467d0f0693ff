import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLeakDetector } from './leak-detector.ts';

const secret = 'Zq7canary0Kx93Lm';
const detector = createLeakDetector({ canary: secret });

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const around = (write: (text: string) => string | Buffer) =>
  fc.tuple(bytes, bytes).map(([before, after]) => Buffer.concat([before, Buffer.from(write(secret)), after]));

describe('the leak detector finds a secret', () => {
  it.each([
    ['as it is', (text: string) => text],
    ['in hex', (text: string) => Buffer.from(text).toString('hex')],
    ['in UTF-16', (text: string) => Buffer.from(text, 'utf16le')],
    ['percent-encoded', (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['in JSON', (text: string) => JSON.stringify({ deep: [`"${text}\n`] })],
    ['in JSON in JSON', (text: string) => JSON.stringify(JSON.stringify({ deep: [`"${text}\n`] }))],
    ['as a list of bytes', (text: string) => JSON.stringify([...Buffer.from(text)])],
  ])('%s, wherever it stands', (_case, write) => {
    fc.assert(fc.property(around(write), (haystack) => detector.search('here', haystack).length > 0));
  });

  it.each(['base64', 'base64url'] as const)('in %s, at any offset', (encoding) => {
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const encoded = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding);
        return detector.search('here', encoded).length > 0;
      }),
    );
  });

  it('and says which one, how, and where', () => {
    expect(detector.search('here', `x${secret}x`)).toEqual([{ secret: 'canary', encoding: 'raw', place: 'here' }]);
  });
});

describe('the leak detector stays silent', () => {
  it('where there is none', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => detector.search('', noise).length === 0));
  });

  it('where there is a part of one', () => {
    expect(detector.search('here', secret.slice(1))).toEqual([]);
  });

  it('on what is compressed: such files must be opened first', () => {
    expect(detector.search('here', gzipSync(secret.repeat(3)))).toEqual([]);
  });
});

describe('in a folder', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-leak-'));
    mkdirSync(join(folder, 'logs/deep'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('the leak detector reads every file, and every name', () => {
    writeFileSync(join(folder, 'logs/deep/a.log'), 'nothing');
    expect(detector.searchFolder(folder)).toEqual([]);
    writeFileSync(join(folder, 'logs/deep/b.log'), Buffer.from(secret, 'utf16le'));
    writeFileSync(join(folder, `logs/${secret}`), '');
    const places = detector.searchFolder(folder).map(({ place }) => place);
    expect(places.toSorted()).toEqual([`logs/deep/b.log`, `the name of logs/${secret}`]);
  });
});
