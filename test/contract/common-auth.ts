import { describe, it } from 'vitest';
import { randomBase62 } from '../../lambdas/crypto/random-base62.ts';
import { composeKey, parseKey } from '../../lambdas/domain/keys/key-format.ts';
import { expectRefusal } from '../support/expect-error.ts';
import { createTestKey, gateway } from '../support/gateway.ts';
import type { HttpAnswer } from '../support/http-client.ts';

type SendWith = (headers: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

function unknownKey(): string {
  return composeKey({ publicId: randomBase62(12), secret: randomBase62(32) });
}

/** The master key's public id, with a secret of somebody's own and a checksum that fits. */
function forgedKey(): string {
  const parts = parseKey(gateway.masterKey);
  if (parts === 'malformed') throw new Error('the master key does not parse');
  return composeKey({ publicId: parts.publicId, secret: randomBase62(32) });
}

/** Swaps two characters of the secret. */
function mistype(key: string): string {
  const at = [...key].findIndex((character, index) => index > 17 && character !== key[index + 1]);
  return `${key.slice(0, at)}${key[at + 1]}${key[at]}${key.slice(at + 2)}`;
}

/** What every operation under /v1 does with the keys of callers it must not serve. */
export function describeAuthentication(sendWith: SendWith): void {
  describe('without a valid key', () => {
    it.each([
      ['no key at all', {}],
      ['an empty bearer', { authorization: 'Bearer ' }],
      ['another scheme', { authorization: `Basic ${gateway.masterKey}` }],
      ['the bare key for a header', { authorization: gateway.masterKey }],
      ['an empty x-api-key', { 'x-api-key': '' }],
    ])('%s is a missing key', async (_case, headers) => {
      expectRefusal(await sendWith(headers), { status: 401, code: 'missing_api_key', param: null });
    });

    it.each([
      ['noise', () => 'sk-not-one-of-ours'],
      ['a mistyped key', () => mistype(gateway.masterKey)],
      ['half a key', () => gateway.masterKey.slice(0, 30)],
      ['a key with something behind it', () => `${gateway.masterKey}x`],
      ['a key of nobody', unknownKey],
      ['the id of a real key with another secret', forgedKey],
    ])('%s is an invalid key', async (_case, makeKey) => {
      expectRefusal(await sendWith(bearer(makeKey())), { status: 401, code: 'invalid_api_key', param: null });
    });

    it.each(['x-api-key', 'api-key', 'x-goog-api-key'])('a key of nobody in %s is an invalid key', async (header) => {
      expectRefusal(await sendWith({ [header]: unknownKey() }), { status: 401, code: 'invalid_api_key', param: null });
    });

    it('a disabled key is told that it is disabled', async () => {
      const { key } = await createTestKey({ status: 'disabled' });
      expectRefusal(await sendWith(bearer(key)), { status: 401, code: 'key_disabled', param: null });
    });

    it('an expired key is told that it has expired', async () => {
      const { key } = await createTestKey({ expiresAt: Math.floor(Date.now() / 1000) - 1 });
      expectRefusal(await sendWith(bearer(key)), { status: 401, code: 'key_expired', param: null });
    });
  });
}
