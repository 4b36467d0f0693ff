// C2SP's signed note (c2sp.org/signed-note): a text, an empty line, and a line for each signature. Tools that know the format
// verify ours with nothing but the text of the key.
import { decodeBase64, encodeBase64 } from '../base64.ts';
import type { Sha256 } from './tree-edge.ts';

/** The type that C2SP gives to Ed25519 over the text itself. */
const ED25519 = 1;
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const encoder = new TextEncoder();

/** Who signs, and what its signatures are known by. */
export interface NoteKey {
  /** Without space or plus sign. */
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** With its last line break. This is what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

function keyIdOf({ name, publicKey }: NoteKey, sha256: Sha256): Uint8Array {
  const written = encoder.encode(`${name}\n`);
  return sha256(new Uint8Array([...written, ED25519, ...publicKey])).subarray(0, KEY_ID_BYTES);
}

/** How C2SP writes a key that verifies: name, id and key, with plus signs between. */
export function formatNoteKey(key: NoteKey, sha256: Sha256): string {
  const id = [...keyIdOf(key, sha256)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${key.name}+${id}+${encodeBase64(new Uint8Array([ED25519, ...key.publicKey]))}`;
}

/** undefined where it is no Ed25519 key in that form, or its id is not its own. */
export function parseNoteKey(text: string, sha256: Sha256): NoteKey | undefined {
  const [, name, encoded = ''] = /^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = decodeBase64(encoded);
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return formatNoteKey(key, sha256) === text ? key : undefined;
}

/** @param signature Ed25519, over the text. */
export function formatNote(text: string, signature: Uint8Array, key: NoteKey, sha256: Sha256): string {
  const line = encodeBase64(new Uint8Array([...keyIdOf(key, sha256), ...signature]));
  return `${text}\n— ${key.name} ${line}\n`;
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/** undefined where it is no note. A note without a signature is none. */
export function parseNote(note: string): SignedNote | undefined {
  const at = note.lastIndexOf('\n\n');
  if (at === -1 || !note.endsWith('\n')) return undefined;
  const signatures = note
    .slice(at + 2, -1)
    .split('\n')
    .map(parseSignature);
  const known = signatures.filter((signature) => signature !== undefined);
  return known.length === signatures.length ? { text: note.slice(0, at + 1), signatures: known } : undefined;
}

/** Whether the bytes are signed so by the holder of the key; false for a key or a signature that is none. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface NotePorts {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
}

/** Whether the note is signed by the key; signatures of others do no harm. */
export function isSignedBy({ text, signatures }: SignedNote, key: NoteKey, ports: NotePorts): boolean {
  const id = keyIdOf(key, ports.sha256);
  const own = signatures.filter(({ name, keyId }) => name === key.name && keyId.every((byte, at) => byte === id[at]));
  const message = encoder.encode(text);
  return own.some(
    ({ signature }) => signature.length === SIGNATURE_BYTES && ports.verifyEd25519(key.publicKey, message, signature),
  );
}
