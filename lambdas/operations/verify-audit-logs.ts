import * as z from 'zod';
import { type Answer, answerJson } from '../domain/answer.ts';
import { type ChainPlace, type Digest, START, verifyChain } from '../domain/audit/audit-chain.ts';
import type { AuditLogReader } from '../domain/audit/audit-log-reader.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';

/** `<sequence>.<hash>`: where an earlier call came to. */
const verifyInput = z.strictObject({
  after: z
    .string()
    .refine((text) => /^[1-9]\d{0,11}\.[0-9a-f]{64}$/.test(text), 'must be the `next` of an earlier answer')
    .transform((text): ChainPlace => ({ sequence: Number(text.split('.')[0]), hash: text.split('.')[1] ?? '' }))
    .optional(),
});

/** What one call gets through well within its time. */
const MOST_EVENTS = 20_000;

export interface VerifyAuditLogsPorts {
  readonly auditLog: AuditLogReader;
  readonly digest: Digest;
}

interface Verification {
  readonly verified: ChainPlace;
  readonly broken?: { readonly sequence: number; readonly fault: string };
  readonly isFinished: boolean;
}

async function verify(
  tenant: string,
  from: ChainPlace,
  { auditLog, digest }: VerifyAuditLogsPorts,
): Promise<Verification> {
  // Before the events: what is written meanwhile comes behind it.
  const head: ChainPlace = (await auditLog.findHead(tenant)) ?? START;
  let verified = from;
  for await (const page of auditLog.readEvents(tenant, { from: from.sequence, newestFirst: false })) {
    const upToHead = page.slice(0, Math.max(0, head.sequence - verified.sequence));
    const verdict = verifyChain(tenant, upToHead, digest, verified);
    if (!verdict.ok) {
      return { verified, broken: { sequence: verdict.place, fault: verdict.fault }, isFinished: true };
    }
    verified = verdict.head;
    if (verified.sequence >= head.sequence) break;
    if (verified.sequence - from.sequence >= MOST_EVENTS) return { verified, isFinished: false };
  }
  if (verified.sequence < head.sequence) {
    return { verified, broken: { sequence: verified.sequence + 1, fault: 'cut' }, isFinished: true };
  }
  if (verified.hash !== head.hash) {
    return { verified, broken: { sequence: head.sequence, fault: 'rewritten' }, isFinished: true };
  }
  return { verified, isFinished: true };
}

/** GET /v1/organization/audit_logs/verify: whether every event is as it was written, up to the head of the chain. */
export async function verifyAuditLogs(call: KeyCall, ports: VerifyAuditLogsPorts): Promise<Outcome<Answer>> {
  const input = parseInput(verifyInput, call.input);
  if (!input.ok) return input;
  const { verified, broken, isFinished } = await verify(call.account.id, input.value.after ?? START, ports);
  const status = broken !== undefined ? 'broken' : isFinished ? 'intact' : 'unfinished';
  return accept(
    answerJson(200, {
      object: 'audit_log.verification',
      status,
      verified: { sequence: verified.sequence, hash: verified.hash },
      first_broken: broken ?? null,
      next: status === 'unfinished' ? `${verified.sequence}.${verified.hash}` : null,
    }),
  );
}
