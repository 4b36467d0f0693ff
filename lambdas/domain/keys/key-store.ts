import type { KeyRecord } from './key-record.ts';

/** Where virtual keys are looked up. Throws GatewayFault `service_unavailable` when the store cannot answer. */
export interface KeyStore {
  /** Strongly consistent: a revocation that has returned is seen. */
  findKey(publicId: string): Promise<KeyRecord | undefined>;
}
