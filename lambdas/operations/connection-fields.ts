// From where a key may be used, as callers write it and as the data plane compares it: checked and spelt out here, so that
// nothing of these libraries is needed there.
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';
import * as z from 'zod';

/** Neither of a URL's marks, nor a wildcard; what `URL` would silently drop (tabs, line ends) is not let through either. */
const HOST_AND_PORT = /^[^\s\p{Cc}/@?#\\*%]{1,260}$/u;

/** Names of one's own machine have no public suffix; neither has an address. */
function isOfItself(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('[') || ipaddr.IPv4.isValid(host);
}

/** `[*.]host[:port]` as the URL standard spells it; undefined where it is none, or would let strangers in. */
export function normalizeDomain(text: string): string | undefined {
  const wildcard = text.startsWith('*.') ? '*.' : '';
  const rest = text.slice(wildcard.length);
  const url = HOST_AND_PORT.test(rest) ? URL.parse(`http://${rest}`) : null;
  if (url === null) return undefined;
  const host = url.hostname.replace(/\.$/, '');
  const [, port] = /:(\d{1,5})$/.exec(rest) ?? [];
  if (host.split('.').includes('') || (rest.endsWith(':') && port === undefined)) return undefined;
  const isSomebodys = isOfItself(host) ? wildcard === '' : getDomain(host, { allowPrivateDomains: true }) !== null;
  if (!isSomebodys) return undefined;
  return `${wildcard}${host}${port === undefined ? '' : `:${Number(port)}`}`;
}

type Block = ReturnType<typeof ipaddr.parseCIDR>;

/** The library takes `::192.0.2.1`, which was given up long ago, for the mapped address that it is not. */
const MISREAD = /^(?!::ffff:).*\./i;

/** Strict: no octal, no short form, no zone. */
function parseBlock(text: string): Block | undefined {
  const [address = '', length, ...more] = text.split('/');
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  const isV6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address) && !MISREAD.test(address) && ipaddr.IPv6.isValid(address);
  if (more.length > 0 || !(isV4 || isV6)) return undefined;
  const bits = length ?? (isV4 ? '32' : '128');
  const isLength = /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (isV4 ? 32 : 128);
  return isLength ? ipaddr.parseCIDR(`${address}/${bits}`) : undefined;
}

/** A block of mapped addresses (`::ffff:192.0.2.0/120`) is one of IPv4. */
function unmap([address, bits]: Block): Block {
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
}

/** CIDR in canonical spelling, one address being a block of its own; undefined where it is none, or has bits set behind its length. */
export function normalizeBlock(text: string): string | undefined {
  const parsed = parseBlock(text);
  if (parsed === undefined) return undefined;
  const [address, bits] = unmap(parsed);
  const block = `${address}/${bits}`;
  const family = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(block).toString() === address.toString() ? block : undefined;
}

function normalized(normalize: (text: string) => string | undefined, message: string) {
  return z.string().transform((text, context) => {
    const spelt = text.length > 300 ? undefined : normalize(text);
    if (spelt !== undefined) return spelt;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
}

function listOf(item: ReturnType<typeof normalized>) {
  return z
    .array(item)
    .min(1)
    .max(64)
    .transform((items) => [...new Set(items)]);
}

export const connectionFields = {
  allowed_domains: listOf(
    normalized(
      normalizeDomain,
      'must be a domain of somebody’s own, such as "app.example.com", "*.example.com" or "localhost:3000": no public suffix, scheme or path',
    ),
  ).optional(),
  allowed_ips: listOf(
    normalized(
      normalizeBlock,
      'must be an IP address or a CIDR block without bits behind its length, such as "192.0.2.0/24" or "2001:db8::/32"',
    ),
  ).optional(),
};
