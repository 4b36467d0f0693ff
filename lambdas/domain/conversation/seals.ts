import { fromBase64, toBase64 } from './media.ts';
import type { Seal, SealOrigin } from './parts.ts';

// A dialect has one opaque string for a seal. Where it travels in another's, it says whose it is, so that it goes back to
// its maker and to nobody else.

const prefix = 'portcullis.';

const origins: ReadonlySet<string> = new Set(['anthropic', 'gemini', 'openai', 'xai'] satisfies SealOrigin[]);

function isSealOrigin(name: string): name is SealOrigin {
  return origins.has(name);
}

/** `native`: whose own dialect it is; there its seals are as their maker wrote them. */
export function packSeal(seal: Seal, native: SealOrigin): string {
  if (seal.origin === native && seal.id === undefined) return seal.value;
  const id = seal.id === undefined ? '' : toBase64(seal.id);
  return `${prefix}${seal.origin}.${seal.kind}.${id}.${seal.value}`;
}

export function unpackSeal(text: string, native: SealOrigin, kind: Seal['kind'] = 'signature'): Seal {
  if (!text.startsWith(prefix)) return { origin: native, kind, value: text };
  const [origin = '', sealKind, id = '', ...rest] = text.slice(prefix.length).split('.');
  if (!isSealOrigin(origin)) return { origin: native, kind, value: text };
  return {
    origin,
    kind: sealKind === 'encrypted' ? 'encrypted' : 'signature',
    value: rest.join('.'),
    ...(id !== '' && { id: fromBase64(id) }),
  };
}
