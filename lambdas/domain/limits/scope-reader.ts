import type { ScopeView } from './ledger.ts';
import type { ScopePolicy } from './scope.ts';

/** Reads the counters of scopes as they stand, strongly consistent. Throws GatewayFault `service_unavailable`. */
export interface ScopeReader {
  /** By scope, for each of `policies`; counters that do not exist yet are at zero. */
  readScopes(policies: readonly ScopePolicy[]): Promise<ReadonlyMap<string, ScopeView>>;
}
