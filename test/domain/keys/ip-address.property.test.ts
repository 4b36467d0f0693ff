import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { isInBlock, parseAddress } from '../../../lambdas/domain/keys/ip-address.ts';

const v4 = fc.ipV4();
/** Written in groups alone: ipaddr.js takes `::192.0.2.1` for a mapped address, which it is not. */
const v6 = fc.ipV6().filter((text) => !text.includes('.'));
/** Addresses that are near each other, so that blocks hold some of them. */
const near = fc.tuple(fc.nat(3), fc.nat(255), fc.nat(255)).map(([a, b, c]) => `10.${a}.${b}.${c}`);
const near6 = fc.tuple(fc.nat(3), fc.nat(65_535)).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`);

describe('parseAddress', () => {
  test('reads every address as ipaddr.js does, an IPv4 address inside an IPv6 one as that address', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (text) => {
        expect(parseAddress(text)).toEqual(ipaddr.process(text).toByteArray());
      }),
    );
  });

  test('takes nothing that ipaddr.js would not, and nothing in another notation', () => {
    const mark = fc.constantFrom(...'0123456789abcdefgxF:. /%'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: mark, maxLength: 24 }), (text) => {
        if (parseAddress(text) !== undefined) expect(ipaddr.isValid(text)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '0x1.2.3.4',
    '1.2.3.256',
    '1.2.3.4 ',
    ':::',
    '1::2::3',
    ':1',
    'fe80::1%eth0',
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined());

  test.each(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])('%s is 192.0.2.1', (text) => {
    expect(parseAddress(text)).toEqual([192, 0, 2, 1]);
  });
});

describe('isInBlock', () => {
  test('says of every address and block what ipaddr.js says', () => {
    const pair = fc.oneof(
      fc.tuple(near, near, fc.nat(32)),
      fc.tuple(v4, v4, fc.nat(32)),
      fc.tuple(near6, near6, fc.nat(128)),
      fc.tuple(v6, v6, fc.nat(128)),
      fc.tuple(v4, v6, fc.nat(128)),
      fc.tuple(v6, v4, fc.nat(32)),
    );
    fc.assert(
      fc.property(pair, ([address, network, bits]) => {
        const one = ipaddr.process(address);
        const other = ipaddr.process(network);
        const length = Math.min(bits, other.kind() === 'ipv4' ? 32 : 128);
        const expected = one.kind() === other.kind() && one.match(other, length);
        expect(isInBlock(address, `${other}/${length}`)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['10.0.0.0', '10.0.0.0/8', true],
    ['10.255.255.255', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['9.255.255.255', '10.0.0.0/8', false],
    ['192.0.2.1', '192.0.2.1/32', true],
    ['192.0.2.2', '192.0.2.1/32', false],
    ['192.0.2.1', '0.0.0.0/0', true],
    ['192.0.2.1', '::/0', false],
    ['::1', '0.0.0.0/0', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['::ffff:10.1.2.3', '::/0', false],
    ['2001:db8::', '2001:db8::/32', true],
    ['2001:db9::', '2001:db8::/32', false],
    ['unknown', '0.0.0.0/0', false],
    ['10.0.0.1', 'nonsense', false],
  ])('%s in %s: %s', (address, block, expected) => {
    expect(isInBlock(address, block)).toBe(expected);
  });
});
