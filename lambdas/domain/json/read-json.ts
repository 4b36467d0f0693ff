import { GatewayFault } from '../errors.ts';
import { tryParseExactly } from './exact-json.ts';

const decoder = new TextDecoder();

/** A provider's JSON. Throws GatewayFault `upstream_error` where it is none: what it was is nobody's to see. */
export function readJson(body: Uint8Array): unknown {
  const value = tryParseExactly(decoder.decode(body));
  if (value === undefined) throw new GatewayFault('upstream_error');
  return value;
}

/** As `readJson`; undefined: not JSON. */
export function tryReadJson(body: Uint8Array): unknown {
  return tryParseExactly(decoder.decode(body));
}
