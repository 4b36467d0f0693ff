const crypto = process.getBuiltinModule('node:crypto');

const BLOCK_BYTES = 64;

/** The key, filled up to a block, and each of its bytes changed by `mark`. */
function pad(key: Uint8Array, mark: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, mark);
  key.forEach((byte, index) => {
    block[index] = byte ^ mark;
  });
  return block;
}

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key of at most 64 bytes, as lower-case hex. By two digests in one go
 * each, as what `createHmac` sets up and leaves to the collector costs more than the work itself.
 */
export function createHmacSha256(key: Uint8Array): (text: string) => string {
  if (key.length > BLOCK_BYTES) throw new RangeError('a key longer than a block');
  const inner = pad(key, 0x36);
  const outer = pad(key, 0x5c);
  return (text) => {
    const digest = crypto.hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
    return crypto.hash('sha256', Buffer.concat([outer, digest]), 'hex');
  };
}
