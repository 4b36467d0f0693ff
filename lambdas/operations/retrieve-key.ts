import { permit } from '../domain/access/permit.ts';
import { type Answer, answerJson } from '../domain/answer.ts';
import { tagged } from '../domain/entity-tag.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { findOwnKey } from './find-own-key.ts';
import { type PresentKeyPorts, presentOne } from './present-key.ts';

export interface RetrieveKeyPorts extends PresentKeyPorts {
  readonly keys: KeyStore;
}

/** A key, under the tag of its version. */
export async function answerKey(key: KeyRecord, ports: PresentKeyPorts): Promise<Answer> {
  return answerJson(200, await presentOne(key, ports), tagged(key.policyVersion));
}

/** GET /v1/keys/{id}, revoked keys among them. */
export async function retrieveKey(call: KeyCall, id: string, ports: RetrieveKeyPorts): Promise<Outcome<Answer>> {
  const reach = permit(call, 'retrieve-key');
  if (!reach.ok) return reach;
  const found = await findOwnKey({ id, reach: reach.value }, call, ports);
  return found.ok ? accept(await answerKey(found.value, ports)) : found;
}

/** GET /v1/key: the key that asks. Any key may. */
export async function retrieveOwnKey({ key }: KeyCall, ports: PresentKeyPorts): Promise<Outcome<Answer>> {
  return accept(await answerKey(key, ports));
}
