// A gateway's audit trail as it comes about: several chains that grow, and checkpoints over their heads in between.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { rawPublicKey, verifyEd25519 } from '../../lambdas/crypto/verify-ed25519.ts';
import { type ChainedEvent, type ChainHead, chainEvents } from '../../lambdas/domain/audit/audit-chain.ts';
import type { AuditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { formatCheckpoint, formatHead, type KeptCheckpoint, leavesOf } from '../../lambdas/domain/audit/checkpoint.ts';
import { formatNote, type NoteKey } from '../../lambdas/domain/audit/signed-note.ts';
import { appendLeaves, emptyTree } from '../../lambdas/domain/audit/tree-edge.ts';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
export const auditPorts = { sha256, verifyEd25519, digest: canonicalDigest };

/** In [0, 1), the same for the same seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From `least` to `most`. */
export function wholeNumber(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export interface NoteSigner {
  readonly key: NoteKey;
  readonly sign: (text: string) => Uint8Array;
}

export function createNoteSigner(name: string): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey.export({ type: 'spki', format: 'der' }));
  if (raw === undefined) throw new Error('not an Ed25519 key');
  return { key: { name, publicKey: raw }, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

export function auditEntryOf(tenant: string, number: number, random: Random = () => 0.5): AuditEntry {
  const common = {
    schemaVersion: 1,
    id: `audit_${tenant.replace('_', '')}x${number}`,
    effective_at: 1_800_000_000 + number,
    request_id: `r-${number}`,
    tenant,
  } as const;
  if (random() < 0.5) {
    const actor = { type: 'iam', iam: { arn: 'arn:aws:iam::1:user/a', ip_address: '192.0.2.1' } } as const;
    const details = { id: `key-${number}`, data: { type: 'user', permissions: ['inference', 'keys.own'] } };
    return { ...common, actor, type: 'api_key.created', 'api_key.created': details };
  }
  const actor = { type: 'api_key', api_key: { id: `key-${number}`, ip_address: '2001:db8::1' } } as const;
  const details = { id: `key-${number}`, policy_version: number };
  return { ...common, actor, type: 'api_key.deleted', 'api_key.deleted': details };
}

export function headOf(events: readonly ChainedEvent[]): ChainHead | undefined {
  const last = events.at(-1);
  return last && { schemaVersion: 1, sequence: last.sequence, hash: last.hash };
}

/** Puts them behind what there is, with hashes that fit: what somebody does who may write to the table. */
export function chainAnew(entries: readonly AuditEntry[], before: readonly ChainedEvent[] = []): ChainedEvent[] {
  return [...before, ...chainEvents(headOf(before), entries, canonicalDigest)];
}

export function checkpointsOver(
  steps: readonly { readonly time: number; readonly heads: readonly string[] }[],
  { key, sign: signText }: NoteSigner,
): KeptCheckpoint[] {
  let tree = emptyTree;
  return steps.map(({ time, heads }, index) => {
    tree = appendLeaves(tree, leavesOf(heads), sha256);
    const text = formatCheckpoint({ origin: key.name, number: index + 1, time, tree }, sha256);
    return { note: formatNote(text, signText(text), key, sha256), heads };
  });
}

export interface AuditWorld {
  readonly signer: NoteSigner;
  readonly chains: ReadonlyMap<string, readonly ChainedEvent[]>;
  readonly steps: readonly { readonly time: number; readonly heads: readonly string[] }[];
  readonly checkpoints: readonly KeptCheckpoint[];
}

const HOUR = 3_600;

/** @param unsigned how many events may come after the last checkpoint. */
export function growAuditWorld(signer: NoteSigner, random: Random, unsigned = 0): AuditWorld {
  const tenants = ['acct_one', 'acct_two', 'operator'];
  const chains = new Map<string, ChainedEvent[]>(tenants.map((tenant) => [tenant, []]));
  const steps: { time: number; heads: string[] }[] = [];
  let time = 1_800_000_000;
  let number = 0;
  const grow = (tenant: string) => {
    number += 1;
    const chain = chains.get(tenant) ?? [];
    chains.set(tenant, chainAnew([auditEntryOf(tenant, number, random)], chain));
  };
  for (let step = wholeNumber(random, 2, 6); step > 0; step -= 1) {
    const moved = tenants.filter((tenant) => tenant === 'acct_one' || random() < 0.6);
    for (const tenant of moved) for (let left = wholeNumber(random, 1, 4); left > 0; left -= 1) grow(tenant);
    time += random() < 0.3 ? HOUR : 60;
    const heads = moved.flatMap((tenant) => {
      const head = headOf(chains.get(tenant) ?? []);
      return head === undefined ? [] : [formatHead(tenant, head)];
    });
    steps.push({ time, heads });
    // An hour in which nothing happens is signed, too; and a batch may be signed twice.
    if (random() < 0.3) {
      time += HOUR;
      steps.push({ time, heads: random() < 0.3 ? heads : [] });
    }
  }
  for (let left = wholeNumber(random, 0, unsigned); left > 0; left -= 1) grow('acct_one');
  return { signer, chains, steps, checkpoints: checkpointsOver(steps, signer) };
}
