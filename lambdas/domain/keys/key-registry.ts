import type { AuditEntry } from '../audit/audit-event.ts';
import type { KeySecretRecord } from '../credentials/key-secret.ts';
import type { ChangeActor } from '../management-call.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeyStore } from './key-store.ts';

/** `outdated`: nothing was changed, as the key or the one who changes it is no longer what it was. Look again. */
export type ChangeOutcome = 'committed' | 'outdated';

export interface AuditedKeyChange {
  readonly actor: ChangeActor;
  readonly entry: AuditEntry;
}

export interface KeyCreation extends AuditedKeyChange {
  readonly key: KeyRecord;
  /** The secret, where the account has secrets kept. */
  readonly sealed?: KeySecretRecord | undefined;
}

/** A secret that is kept from now on, or that none is since then (Unix seconds). */
export type KeptSecret = KeySecretRecord | { readonly erasedAt: number };

export interface KeyUpdate extends AuditedKeyChange {
  /** As it was read; the change is made from exactly this version. */
  readonly before: KeyRecord;
  /** Its version is the next one. A revoked key leaves the list of its account. */
  readonly after: KeyRecord;
  /** The new secret, where the account has secrets kept, or that nothing is kept any more. @default as it was */
  readonly sealed?: KeptSecret | undefined;
}

export interface KeyQuery {
  /** The last one of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
  /** Those of this member alone. */
  readonly userId?: string | undefined;
  readonly environment?: string | undefined;
}

export interface KeyPage {
  /** In the order of the ids. */
  readonly keys: readonly KeyRecord[];
  readonly hasMore: boolean;
}

/**
 * The keys of accounts, as they are managed. A change commits the key, the version of each of its counters and the audit
 * event together, or not at all. All reads are strongly consistent. Throws GatewayFault `service_unavailable`.
 */
export interface KeyRegistry extends KeyStore {
  /** Those that are not revoked. */
  listKeys(accountId: string, query: KeyQuery): Promise<KeyPage>;
  createKey(creation: KeyCreation): Promise<ChangeOutcome>;
  updateKey(update: KeyUpdate): Promise<ChangeOutcome>;
  /** Tells that the secret of the key, as it was read, was shown; nothing else changes. */
  recordReveal(change: AuditedKeyChange & { readonly key: KeyRecord }): Promise<ChangeOutcome>;
}
