const crypto = process.getBuiltinModule('node:crypto');

export function sha256(bytes: Uint8Array): Uint8Array {
  return crypto.hash('sha256', bytes, 'buffer');
}
