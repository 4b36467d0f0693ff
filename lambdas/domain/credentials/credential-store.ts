import type { AuditEntry } from '../audit/audit-event.ts';
import type { CredentialRecord, Envelope, EnvelopeContext } from './credential-record.ts';

/** Puts a secret under KMS. Throws where KMS cannot answer. */
export type SealSecret = (text: string, context: EnvelopeContext) => Promise<Envelope>;

/** Where provider credentials are put. Throws GatewayFault `service_unavailable` when the store cannot answer. */
export interface CredentialStore {
  /** Replaces what was there. Record and event commit together or not at all. */
  putCredential(record: CredentialRecord, entry: AuditEntry): Promise<void>;
}
