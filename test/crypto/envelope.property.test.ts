import { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DataKey, openEnvelope, sealEnvelope } from '../../lambdas/crypto/envelope.ts';
import type { Envelope, EnvelopeContext } from '../../lambdas/domain/credentials/credential-record.ts';
import { sealUnderTwoKeys } from '../support/gcm-two-keys.ts';

const context: EnvelopeContext = { purpose: 'provider-credential', tenant: 'operator', record: 'openai' };
const dataKey: DataKey = { plain: randomBytes(32), encrypted: randomBytes(100), keyId: 'key-1' };
const secret = 'sk-proj-0123456789';
const sealed = sealEnvelope(secret, dataKey, context);

/** As the format is written down, by other code. */
function deriveKeys(plain: Uint8Array, messageId: Uint8Array): { key: Buffer; commitment: Buffer } {
  const derived = Buffer.from(hkdfSync('sha512', plain, messageId, 'portcullis/envelope/1', 64));
  return { key: derived.subarray(0, 32), commitment: derived.subarray(32) };
}

function aadOf(keyId: string, { purpose, tenant, record }: EnvelopeContext): Buffer {
  return Buffer.from(JSON.stringify(['portcullis/envelope/1', keyId, purpose, tenant, record]));
}

function flip(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const at = bit % (bytes.length * 8);
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  return bytes.toString('base64');
}

const binaryMembers = ['messageId', 'iv', 'commitment', 'ciphertext'] as const;

describe('envelope', () => {
  test('any text opens again, and nothing of it stands in the envelope', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8 }), (text) => {
        const envelope = sealEnvelope(text, dataKey, context);
        expect(openEnvelope(envelope, dataKey.plain, context)).toBe(text);
        expect(JSON.stringify(envelope)).not.toContain(text);
        expect(JSON.stringify(envelope)).not.toContain(Buffer.from(text).toString('base64'));
        expect(JSON.stringify(envelope)).not.toContain(Buffer.from(dataKey.plain).toString('base64'));
      }),
    );
  });

  test('is the format that is written down: HKDF-SHA-512, commitment, AES-256-GCM with the tag last', () => {
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    const { key, commitment } = deriveKeys(dataKey.plain, Buffer.from(sealed.messageId, 'base64'));
    expect(sealed.commitment).toBe(commitment.toString('base64'));
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.iv, 'base64'));
    decipher.setAAD(aadOf('key-1', context)).setAuthTag(bytes.subarray(-16));
    expect(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()).toBe(secret);
    expect(Buffer.from(sealed.iv, 'base64')).toHaveLength(12);
    expect(Buffer.from(sealed.messageId, 'base64')).toHaveLength(32);
  });

  test('two envelopes of one secret have nothing random in common', () => {
    const again = sealEnvelope(secret, dataKey, context);
    for (const member of binaryMembers) expect(again[member]).not.toBe(sealed[member]);
  });

  test('every flipped bit of every member is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...binaryMembers), fc.nat(), (member, bit) => {
        const edited = { ...sealed, [member]: flip(sealed[member], bit) };
        expect(() => openEnvelope(edited, dataKey.plain, context)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test('another data key is refused', () => {
    expect(() => openEnvelope(sealed, randomBytes(32), context)).toThrow('not sealed with this data key');
    expect(() => openEnvelope(sealed, Buffer.alloc(0), context)).toThrow();
    expect(() => openEnvelope(sealed, Buffer.concat([dataKey.plain, Buffer.alloc(1)]), context)).toThrow();
  });

  test('another tenant, record or KMS key is refused, however the names are cut', () => {
    const others: EnvelopeContext[] = [
      { ...context, tenant: 'acct_1' },
      { ...context, record: 'anthropic' },
      { ...context, tenant: 'operatoro', record: 'penai' },
      { ...context, tenant: 'operator","openai' },
    ];
    for (const other of others) expect(() => openEnvelope(sealed, dataKey.plain, other)).toThrow();
    expect(() => openEnvelope({ ...sealed, keyId: 'key-2' }, dataKey.plain, context)).toThrow();
  });

  test('parts of two envelopes do not mix, even under one data key and context', () => {
    const other = sealEnvelope('sk-another-secret', dataKey, context);
    for (const member of binaryMembers) {
      const mixed: Envelope = { ...sealed, [member]: other[member] };
      expect(() => openEnvelope(mixed, dataKey.plain, context)).toThrow();
    }
  });

  test('a tag, IV, message id or commitment of another length is refused', () => {
    const cut = (base64: string, bytes: number) => Buffer.from(base64, 'base64').subarray(0, bytes).toString('base64');
    const broken: Partial<Envelope>[] = [
      { ciphertext: '' },
      { ciphertext: cut(sealed.ciphertext, 15) },
      { ciphertext: cut(sealed.ciphertext, -4) },
      { ciphertext: cut(sealed.ciphertext, -12) },
      { iv: '' },
      { iv: cut(sealed.iv, 11) },
      { iv: Buffer.alloc(16).toString('base64') },
      { messageId: '' },
      { messageId: cut(sealed.messageId, 31) },
      { commitment: '' },
      { commitment: cut(sealed.commitment, 31) },
    ];
    for (const members of broken)
      expect(() => openEnvelope({ ...sealed, ...members }, dataKey.plain, context)).toThrow();
  });

  test('each member has one spelling: base64 with anything in between is refused', () => {
    for (const member of binaryMembers) {
      for (const edit of [(text: string) => `${text}=`, (text: string) => `${text} `, (text: string) => `\n${text}`]) {
        const edited = { ...sealed, [member]: edit(sealed[member]) };
        expect(() => openEnvelope(edited, dataKey.plain, context)).toThrow();
      }
    }
    expect(() => openEnvelope({ ...sealed, iv: 'not base64 at all' }, dataKey.plain, context)).toThrow('malformed');
  });

  test('a ciphertext that GCM opens under two keys is refused under both but the one that was committed to', () => {
    const [left, right] = [randomBytes(32), randomBytes(32)];
    const [messageId, iv] = [randomBytes(32), randomBytes(12)];
    const keys = [deriveKeys(left, messageId), deriveKeys(right, messageId)] as const;
    const aad = aadOf('key-1', context);
    const collision = sealUnderTwoKeys([keys[0].key, keys[1].key], iv, aad);
    const texts = keys.map(({ key }) => {
      const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(aad).setAuthTag(collision.subarray(-16));
      return Buffer.concat([decipher.update(collision.subarray(0, -16)), decipher.final()]).toString('hex');
    });
    // The attack is real: plain GCM opens it twice, to two texts.
    expect(new Set(texts).size).toBe(2);
    const envelope: Envelope = {
      version: 1,
      keyId: 'key-1',
      dataKey: '',
      messageId: messageId.toString('base64'),
      iv: iv.toString('base64'),
      commitment: keys[0].commitment.toString('base64'),
      ciphertext: collision.toString('base64'),
    };
    expect(() => openEnvelope(envelope, left, context)).not.toThrow();
    expect(() => openEnvelope(envelope, right, context)).toThrow('not sealed with this data key');
  });
});
