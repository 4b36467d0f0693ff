import * as z from 'zod';
import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import type { RewrapEnvelope, SecretShelf, ShelfPage } from '../domain/credentials/secret-shelf.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';

/** Each is a write of one transaction, and a call of KMS. */
const PAGE = 20;
const MAX_ATTEMPTS = 5;

const rewrapInput = z.strictObject({
  /** Whose secrets: the operator's, or an account's. */
  tenant: z.string().refine((text) => text === OPERATOR_TENANT || /^acct_[0-9A-Za-z]{16}$/.test(text), {
    message: 'must be "operator" or the id of an account',
  }),
  /** The last one of the page before. */
  after: z
    .string()
    .refine((text) => /^(CREDENTIAL|KEY_SECRET)#[0-9A-Za-z-]{1,64}$/.test(text), 'must be the last_id of a page')
    .optional(),
});

export interface RewrapSecretsPorts extends AuditContextPorts {
  readonly secretShelf: SecretShelf;
  readonly rewrapEnvelope: RewrapEnvelope;
}

function answerPage(tenant: string, { secrets, hasMore }: ShelfPage): Answer {
  const last_id = secrets.at(-1)?.id ?? null;
  return answerJson(200, { object: 'rewrap', tenant, rewrapped: secrets.length, last_id, has_more: hasMore });
}

/**
 * POST /admin/rewrap: puts the data keys of a page of a tenant's secrets under the KMS key in use, and under its newest
 * material. No secret is opened for that. Repeating it is harmless.
 */
export async function rewrapSecrets(call: ManagementCall, ports: RewrapSecretsPorts): Promise<Outcome<Answer>> {
  const input = parseInput(rewrapInput, call.input);
  if (!input.ok) return input;
  const { tenant, after } = input.value;
  for (let count = 1; count <= MAX_ATTEMPTS; count += 1) {
    const page = await ports.secretShelf.listSecrets(tenant, { after, limit: PAGE });
    if (page.secrets.length === 0) return accept(answerPage(tenant, page));
    const changes = await Promise.all(
      page.secrets.map(async (before) => ({
        before,
        envelope: await ports.rewrapEnvelope(before.envelope, before.context),
      })),
    );
    const purposes = [...new Set(page.secrets.map(({ context }) => context.purpose))];
    const entry: AuditEntry = {
      ...auditContext(call, tenant, ports),
      type: 'admin.secrets.rewrapped',
      'admin.secrets.rewrapped': { count: changes.length, purposes },
    };
    const outcome = await ports.secretShelf.rewrapSecrets(tenant, changes, entry);
    if (outcome === 'committed') return accept(answerPage(tenant, page));
  }
  return refuse('conflict', 'The secrets of this tenant are being changed at the same time. Try again.');
}
