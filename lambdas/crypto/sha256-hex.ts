const crypto = process.getBuiltinModule('node:crypto');

/** SHA-256 of the UTF-8 text or the bytes, as 64 lower-case hex digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return crypto.hash('sha256', content, 'hex');
}
