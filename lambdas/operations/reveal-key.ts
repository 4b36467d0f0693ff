import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import type { KeySecretVault } from '../domain/credentials/key-secret.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { parseKey } from '../domain/keys/key-format.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import type { ChangeKeyPorts } from './change-key.ts';
import { checkAuthority, findHolder } from './check-authority.ts';
import { findOwnKey } from './find-own-key.ts';
import type { IssueKeyPorts } from './issue-key.ts';
import { noInput } from './no-input.ts';
import { retryChange } from './retry-change.ts';

export interface RevealKeyPorts extends ChangeKeyPorts, Pick<IssueKeyPorts, 'sha256Hex'> {
  readonly keySecrets: KeySecretVault;
}

/** The whole key as it was shown, if it is the one in force and was sealed since the account last had secrets kept. */
async function openSecret({ account }: KeyCall, key: KeyRecord, ports: RevealKeyPorts): Promise<string | undefined> {
  const since = account.keepsSecretsSince;
  if (since === undefined || key.recoverable !== true || key.status === 'revoked') return undefined;
  const kept = await ports.keySecrets.reveal(account.id, key.id);
  if (kept === undefined || kept.sealedAt < since) return undefined;
  const parts = parseKey(kept.key);
  return parts !== 'malformed' && ports.sha256Hex(parts.secret) === key.secretSha256 ? kept.key : undefined;
}

/**
 * POST /v1/keys/{id}/reveal: shows a secret again, where the account has secrets kept. That it was shown is in the audit log
 * before it is.
 */
export async function revealKey(call: KeyCall, id: string, ports: RevealKeyPorts): Promise<Outcome<Answer>> {
  const input = parseInput(noInput, call.input);
  if (!input.ok) return input;
  return retryChange(call, 'reveal-key', async (current, reach) => {
    const found = await findOwnKey({ id, reach }, current, ports);
    if (!found.ok) return found;
    const record = found.value;
    const authority = checkAuthority(current, record, await findHolder(record, ports));
    if (!authority.ok) return authority;
    const key = await openSecret(current, record, ports);
    if (key === undefined) {
      return refuse('conflict', 'The secret of this key is kept nowhere: rotate the key to get another one.');
    }
    const context = auditContext(current, record.accountId, ports);
    const entry: AuditEntry = { ...context, type: 'api_key.revealed', 'api_key.revealed': { id } };
    const outcome = await ports.keys.recordReveal({ key: record, actor: current, entry });
    if (outcome === 'outdated') return outcome;
    return accept(answerJson(200, { object: 'api_key.secret', id, key }, noStore));
  });
}
