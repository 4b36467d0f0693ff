import { createCipheriv } from 'node:crypto';

// Why GCM needs a commitment: whoever knows two keys can make one ciphertext that both of them open. The tag is a
// polynomial in H = AES_k(0), linear in every ciphertext block, so one free block makes two keys' tags agree.

const REDUCTION = 0xe1n << 120n;

function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if ((left >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ REDUCTION : shifted >> 1n;
  }
  return product;
}

/** The one that multiplication leaves as it is: x^0, the topmost bit in GCM's order. */
const ONE = 1n << 127n;

/** By Fermat: a^(2^128 - 2). */
function invert(value: bigint): bigint {
  let result = ONE;
  let power = value;
  for (let bit = 1; bit < 128; bit += 1) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

function encryptBlock(key: Uint8Array, block: bigint): bigint {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return fromBytes(cipher.update(toBytes(block)));
}

function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function toBytes(block: bigint): Buffer {
  return Buffer.from(block.toString(16).padStart(32, '0'), 'hex');
}

function blocksOf(bytes: Uint8Array): bigint[] {
  const blocks: bigint[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    blocks.push(fromBytes(Buffer.concat([bytes.subarray(at, at + 16), Buffer.alloc(16)]).subarray(0, 16)));
  }
  return blocks;
}

/** The tag of `blocks` under a key, and what the block before the last adds to it when it is 1. */
function tagOf(key: Uint8Array, iv: Uint8Array, blocks: readonly bigint[]): { tag: bigint; weight: bigint } {
  const hashKey = encryptBlock(key, 0n);
  const hash = blocks.reduce((sum, block) => multiply(sum ^ block, hashKey), 0n);
  const mask = encryptBlock(key, fromBytes(Buffer.concat([iv, Buffer.from([0, 0, 0, 1])])));
  return { tag: hash ^ mask, weight: multiply(hashKey, hashKey) };
}

/** One block of ciphertext and its tag that open under both keys, to different texts, with this IV and this AAD. */
export function sealUnderTwoKeys(keys: readonly [Uint8Array, Uint8Array], iv: Uint8Array, aad: Uint8Array): Buffer {
  const lengths = (BigInt(aad.length * 8) << 64n) | 128n;
  const blocks = [...blocksOf(aad), 0n, lengths];
  const [first, second] = [tagOf(keys[0], iv, blocks), tagOf(keys[1], iv, blocks)];
  const free = multiply(first.tag ^ second.tag, invert(first.weight ^ second.weight));
  return Buffer.concat([toBytes(free), toBytes(first.tag ^ multiply(free, first.weight))]);
}
