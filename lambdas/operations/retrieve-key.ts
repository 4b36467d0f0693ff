import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { findOwnKey } from './find-own-key.ts';
import { presentOne } from './present-key.ts';

export interface RetrieveKeyPorts {
  readonly keys: KeyStore;
  readonly scopes: ScopeReader;
}

/** GET /v1/keys/{id}, revoked keys among them. */
export async function retrieveKey(call: KeyCall, id: string, ports: RetrieveKeyPorts): Promise<Outcome<Answer>> {
  const found = await findOwnKey(call, id, ports);
  return found.ok ? accept(answerJson(200, await presentOne(found.value, ports))) : found;
}

/** GET /v1/key: the key that asks. Any key may. */
export async function retrieveOwnKey(
  { key }: KeyCall,
  ports: Pick<RetrieveKeyPorts, 'scopes'>,
): Promise<Outcome<Answer>> {
  return accept(answerJson(200, await presentOne(key, ports)));
}
