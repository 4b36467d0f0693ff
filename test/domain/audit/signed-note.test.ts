import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatNote,
  formatNoteKey,
  isSignedBy,
  parseNote,
  parseNoteKey,
} from '../../../lambdas/domain/audit/signed-note.ts';
import { auditPorts, createNoteSigner, sha256 } from '../../support/audit-world.ts';

// The example of Go's golang.org/x/mod/sumdb/note, whose format C2SP wrote down.
const foreignKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const foreignNote =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const signer = createNoteSigner('gateway.example/audit');

function isGood(note: string, key = signer.key): boolean {
  const parsed = parseNote(note);
  return parsed !== undefined && isSignedBy(parsed, key, auditPorts);
}

describe('a signed note', () => {
  test('of another implementation is understood: its key, its signature', () => {
    const key = parseNoteKey(foreignKey, sha256);
    expect(key?.name).toBe('PeterNeumann');
    expect(key && isGood(foreignNote, key)).toBe(true);
    expect(key && formatNoteKey(key, sha256)).toBe(foreignKey);
  });

  test('is good under its key, and under no other', () => {
    const note = formatNote('a\nb\n', signer.sign('a\nb\n'), signer.key, sha256);
    expect(isGood(note)).toBe(true);
    expect(isGood(note, createNoteSigner('gateway.example/audit').key)).toBe(false);
    expect(isGood(note, { ...signer.key, name: 'gateway.example/other' })).toBe(false);
  });

  test('may bear the signatures of others besides', () => {
    const note = formatNote('a\n', signer.sign('a\n'), signer.key, sha256);
    const [, theirs = ''] = foreignNote.split('\n\n');
    expect(isGood(note + theirs)).toBe(true);
    expect(isGood(`a\n\n${theirs}`)).toBe(false);
  });

  test('is not good any more with any one character changed, taken away or put in', () => {
    const note = formatNote('a\nbc\n', signer.sign('a\nbc\n'), signer.key, sha256);
    for (let at = 0; at < note.length; at += 1) {
      const [before, after] = [note.slice(0, at), note.slice(at + 1)];
      for (const other of ['', 'A', 'b', '=', '\n', ' ', `${note[at]}A`]) {
        const changed = before + other + after;
        if (changed !== note) expect(isGood(changed), JSON.stringify(changed)).toBe(false);
      }
    }
  });

  test('is refused, never a fault, whatever text it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, line) => {
        expect(isGood(text)).toBe(false);
        expect(isGood(`${text}\n\n— ${line}\n`)).toBe(false);
        expect(parseNoteKey(text, sha256)).toBeUndefined();
      }),
    );
  });
});
