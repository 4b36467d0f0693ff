import { accept, type Outcome, refuse } from '../errors.ts';
import { isInBlock } from './ip-address.ts';
import type { KeyRecord } from './key-record.ts';
import { matchesSite, parseSite } from './site.ts';

/** Where a request comes from, and what it takes itself to be for. */
export interface Connection {
  /** The connection's own address, never a header's. */
  readonly sourceIp: string;
  readonly origin?: string | undefined;
  readonly referer?: string | undefined;
  /** Of `x-portcullis-environment`. */
  readonly environment?: string | undefined;
}

function comesFrom(patterns: readonly string[], { origin, referer }: Connection): boolean {
  // `Referer` is asked only where there is no `Origin`: a page that hides one does not get by with the other.
  const site = parseSite(origin ?? referer ?? '');
  return site !== undefined && patterns.some((pattern) => matchesSite(pattern, site));
}

export interface ConnectionPorts {
  /** Those that this stage serves. */
  readonly environments: readonly string[];
}

/** Whether the key may be used here and by this connection, whatever it asks for. */
export function checkConnection(
  key: KeyRecord,
  connection: Connection,
  { environments }: ConnectionPorts,
): Outcome<KeyRecord> {
  const { allowedIps, allowedDomains, environment } = key;
  if (environment !== undefined && !environments.includes(environment)) {
    return refuse('permission_denied', 'This API key is for an environment that this deployment does not serve.');
  }
  if (allowedIps !== undefined && !allowedIps.some((block) => isInBlock(connection.sourceIp, block))) {
    return refuse('ip_not_allowed', 'This API key may not be used from this address.');
  }
  if (allowedDomains !== undefined && !comesFrom(allowedDomains, connection)) {
    return refuse(
      'origin_not_allowed',
      'This API key may be used from the pages of certain domains alone, and the request names none of them as its Origin (or Referer).',
    );
  }
  if (connection.environment !== undefined && connection.environment !== environment) {
    return refuse('permission_denied', 'The request names another environment than that of this API key.');
  }
  return accept(key);
}
