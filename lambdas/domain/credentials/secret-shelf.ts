import type { AuditEntry } from '../audit/audit-event.ts';
import type { ChangeOutcome } from '../keys/key-registry.ts';
import type { Envelope, EnvelopeContext } from './credential-record.ts';

/** A secret as it lies there, shut. */
export interface ShelvedSecret {
  /** Its place among those of its tenant. */
  readonly id: string;
  readonly context: EnvelopeContext;
  readonly envelope: Envelope;
}

export interface ShelfPage {
  /** In the order of the ids. */
  readonly secrets: readonly ShelvedSecret[];
  readonly hasMore: boolean;
}

export interface Rewrapping {
  readonly before: ShelvedSecret;
  readonly envelope: Envelope;
}

/**
 * Everything that is sealed for a tenant: credentials of providers, and secrets of virtual keys. Nothing is opened here. Throws
 * GatewayFault `service_unavailable`.
 */
export interface SecretShelf {
  listSecrets(tenant: string, page: { readonly after: string | undefined; readonly limit: number }): Promise<ShelfPage>;
  /** All of them and the event, or nothing: not where one has been replaced since it was read. */
  rewrapSecrets(tenant: string, changes: readonly Rewrapping[], entry: AuditEntry): Promise<ChangeOutcome>;
}

/** Has the data key of an envelope put under the KMS key in use, within KMS. Throws GatewayFault `service_unavailable`. */
export type RewrapEnvelope = (envelope: Envelope, context: EnvelopeContext) => Promise<Envelope>;
