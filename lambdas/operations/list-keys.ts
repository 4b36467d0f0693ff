import * as z from 'zod';
import { permit } from '../domain/access/permit.ts';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { PUBLIC_ID_LENGTH } from '../domain/keys/key-format.ts';
import { environments } from '../domain/keys/key-record.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { listAnswer, pageLimit } from './list-page.ts';
import { type PresentKeyPorts, presentKeys } from './present-key.ts';

const listKeysInput = z.strictObject({
  after: z.string().length(PUBLIC_ID_LENGTH).optional(),
  limit: pageLimit,
  environment: z.enum(environments).optional(),
  user_id: z.string().min(1).max(64).optional(),
});

export interface ListKeysPorts extends PresentKeyPorts {
  readonly keys: KeyRegistry;
}

/** GET /v1/keys: those within the caller's reach that are not revoked, in the order of their ids. */
export async function listKeys(call: KeyCall, ports: ListKeysPorts): Promise<Outcome<Answer>> {
  const reach = permit(call, 'list-keys');
  if (!reach.ok) return reach;
  const input = parseInput(listKeysInput, call.input);
  if (!input.ok) return input;
  const { after, limit, environment, user_id } = input.value;
  const own = call.member?.id;
  const isBeyond = reach.value === 'own' && (own === undefined || (user_id !== undefined && user_id !== own));
  if (isBeyond) return accept(listAnswer([], false));
  const userId = reach.value === 'own' ? own : user_id;
  const { keys, hasMore } = await ports.keys.listKeys(call.account.id, { after, limit, environment, userId });
  return accept(listAnswer(await presentKeys(keys, ports), hasMore));
}
