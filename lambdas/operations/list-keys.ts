import * as z from 'zod';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { PUBLIC_ID_LENGTH } from '../domain/keys/key-format.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { presentKeys } from './present-key.ts';

const MAX_LIMIT = 100;

const listKeysInput = z.strictObject({
  after: z.string().length(PUBLIC_ID_LENGTH).optional(),
  limit: z
    .string()
    .refine((text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_LIMIT, `must be from 1 to ${MAX_LIMIT}`)
    .default('20')
    .transform(Number),
});

export interface ListKeysPorts {
  readonly keys: KeyRegistry;
  readonly scopes: ScopeReader;
}

/** GET /v1/keys: those of the caller's account that are not revoked, in the order of their ids. */
export async function listKeys(call: KeyCall, ports: ListKeysPorts): Promise<Outcome<Answer>> {
  const input = parseInput(listKeysInput, call.input);
  if (!input.ok) return input;
  const { after, limit } = input.value;
  const { keys, hasMore } = await ports.keys.listKeys(call.account.id, { after, limit });
  return accept(
    answerJson(200, {
      object: 'list',
      data: await presentKeys(keys, ports),
      first_id: keys.at(0)?.id ?? null,
      last_id: keys.at(-1)?.id ?? null,
      has_more: hasMore,
    }),
  );
}
