import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { connectionFields, normalizeBlock, normalizeDomain } from '../../lambdas/operations/connection-fields.ts';

describe('a domain', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['*.example.com', '*.example.com'],
    ['*.Example.com:8443', '*.example.com:8443'],
    ['example.com:443', 'example.com:443'],
    ['app.example.co.uk', 'app.example.co.uk'],
    ['me.github.io', 'me.github.io'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    ['localhost:3000', 'localhost:3000'],
    ['app.localhost:80', 'app.localhost:80'],
    ['127.0.0.1:3000', '127.0.0.1:3000'],
    ['[::1]:3000', '[::1]:3000'],
  ])('%s is kept as %s', (text, kept) => {
    expect(normalizeDomain(text)).toBe(kept);
  });

  test.each([
    '',
    '*',
    '*.',
    '.',
    '.example.com',
    'example..com',
    'com',
    'co.uk',
    '*.com',
    '*.co.uk',
    'github.io',
    '*.github.io',
    '*.s3.amazonaws.com',
    'a.*.example.com',
    '*.*.example.com',
    '*example.com',
    'example.*',
    '**.example.com',
    'https://example.com',
    'example.com/',
    'example.com/path',
    'example.com?q',
    'example.com#x',
    'user@example.com',
    'exam ple.com',
    'example.com\n',
    'exa\tmple.com',
    'example.com\0',
    'example.com\u202e',
    '\ud800.example.com',
    'example.com:',
    'example.com:99999',
    'example.com:-1',
    'example.com:http',
    'example.com%2eevil.org',
    'example.com\\evil.org',
    '*.localhost',
    '*.127.0.0.1',
    '*.[::1]',
    '[::1',
    'xn--\u0000.com',
    `${'a'.repeat(64)}.${'b'.repeat(300)}.com`,
  ])('%j is refused', (text) => {
    expect(normalizeDomain(text)).toBeUndefined();
  });
});

describe('a block of addresses', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.1', '192.0.2.1/32'],
  ])('%s is kept as %s', (text, kept) => {
    expect(normalizeBlock(text)).toBe(kept);
  });

  test.each([
    '',
    '/',
    '/24',
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '192.0.2.0/1e1',
    '192.0.2.0/24/24',
    '192.0.2.1/24',
    '192.0.2/24',
    '192.0.2.256',
    '0300.0.2.1',
    '0xc0.0.2.1',
    '3221225985',
    ' 192.0.2.1',
    '192.0.2.1\n',
    '*',
    '192.0.2.*',
    'localhost',
    'example.com',
    '2001:db8::/129',
    '2001:db8::1/32',
    '2001:db8:::/32',
    'fe80::1%eth0',
    '[::1]',
    '::ffff:0:0/95',
    '::192.0.2.1',
    '64:ff9b::192.0.2.1',
  ])('%j is refused', (text) => {
    expect(normalizeBlock(text)).toBeUndefined();
  });
});

describe('a list of them', () => {
  const fields = z.strictObject(connectionFields);

  test('holds each once, one at least, and 64 at most', () => {
    expect(
      fields.parse({ allowed_domains: ['a.example', 'A.example.'], allowed_ips: ['192.0.2.1', '192.0.2.1/32'] }),
    ).toEqual({ allowed_domains: ['a.example'], allowed_ips: ['192.0.2.1/32'] });
    const many = Array.from({ length: 65 }, (_, index) => `10.0.0.${index}`);
    for (const list of [[], many]) expect(fields.safeParse({ allowed_ips: list }).success).toBe(false);
    expect(fields.safeParse({ allowed_ips: many.slice(1) }).success).toBe(true);
  });
});
