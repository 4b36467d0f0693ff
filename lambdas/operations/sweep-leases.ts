import { leaseBucketOf } from '../domain/limits/lease-bucket.ts';
import { type OpenEntry, unpackEntry } from '../domain/limits/open-entry.ts';
import { expired, notForwarded, type RequestRecord, recordOf } from '../domain/limits/request-record.ts';
import { accountIdOf, keyIdOf, keyScopeName } from '../domain/limits/scope-names.ts';
import type { ScopeState } from '../domain/limits/scope-state.ts';
import type { LeaseIndex, RecordStore, ScopeStore } from '../domain/limits/scope-store.ts';
import type { LeaseChange } from '../domain/limits/scope-update.ts';
import { endingOf, findReservation, settleScope } from '../domain/limits/settle-scope.ts';
import { isMark, planForget } from '../domain/limits/settled-mark.ts';

export interface SweepLeasesPorts {
  readonly leases: LeaseIndex;
  readonly scopes: ScopeStore;
  readonly records: RecordStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told of each scope that could not be swept; its turn comes again. */
  readonly onFailure: (cause: unknown) => void;
}

export interface SweepReport {
  readonly scopes: number;
  readonly ended: number;
  readonly failed: number;
}

const PARALLEL = 16;

interface ExpiredEntry {
  readonly scope: string;
  readonly state: ScopeState;
  readonly requestId: string;
  readonly packed: string;
  readonly entry: OpenEntry;
}

/** The scopes in which the request is still reserved. The key's own scope knows where else to look. */
async function findSiblings({ scope, state, requestId, entry }: ExpiredEntry, ports: SweepLeasesPorts) {
  const keyScope = entry.keyId === undefined ? scope : keyScopeName(entry.keyId);
  const keyState = keyScope === scope ? state : await ports.scopes.read(keyScope);
  const names = new Set([scope, keyScope, ...(keyState?.kin ?? [])]);
  const found = await Promise.all(
    [...names].map(async (name) => {
      const known = name === scope ? state : name === keyScope ? keyState : await ports.scopes.read(name);
      return findReservation(known, requestId) === undefined ? [] : [name];
    }),
  );
  return found.flat();
}

/**
 * What the request comes to. Its record says so, if there is one. If there is none, nobody settled anything: where a scope
 * lacks the reservation it was never made there, so the request was never forwarded; otherwise it may have been, and all
 * that was reserved may have been used. The scopes are read before the record, which is put before any scope is settled.
 */
async function recordOfExpired(expiredEntry: ExpiredEntry, ports: SweepLeasesPorts): Promise<RequestRecord> {
  const { scope, state, requestId, entry } = expiredEntry;
  const scopes = await findSiblings(expiredEntry, ports);
  const request = {
    requestId,
    accountId: accountIdOf([scope, ...(state.kin ?? [])]),
    keyId: entry.keyId ?? keyIdOf([scope]),
    scopes,
    reservedNano: entry.amountNano,
    reservedTokens: entry.tokens,
    startedAtMs: entry.startedMinute * 60_000,
  };
  const found = await ports.records.find(request);
  const settlement = scopes.length === entry.scopeCount ? expired(request) : notForwarded(request);
  return found ?? ports.records.commit(recordOf(settlement));
}

async function endEntry(expiredEntry: ExpiredEntry, ports: SweepLeasesPorts): Promise<void> {
  const { scope, state, requestId, packed } = expiredEntry;
  if (isMark(packed)) {
    await ports.scopes.update(scope, planForget(expiredEntry));
    return;
  }
  const ending = endingOf(await recordOfExpired(expiredEntry, ports));
  await settleScope(ports.scopes, { scope, requestId, ending, seen: state });
}

/** Where the index should have the scope, by what lies open on it now; undefined where it has. */
function moveLease({ open, leaseBucket }: ScopeState): LeaseChange | undefined {
  if (leaseBucket === undefined) return undefined;
  const buckets = Object.values(open).map((packed) => leaseBucketOf(unpackEntry(packed).leaseEndsAtMs));
  if (buckets.length === 0) return { kind: 'clear' };
  const bucket = Math.min(...buckets);
  return bucket > leaseBucket ? { kind: 'postpone', bucket } : undefined;
}

/** Returns how many reservations it ended. */
async function sweepScope(scope: string, ports: SweepLeasesPorts): Promise<number> {
  const state = await ports.scopes.read(scope);
  if (state === undefined) return 0;
  const nowMs = ports.now();
  const entries = Object.entries(state.open)
    .map(([requestId, packed]) => ({ scope, state, requestId, packed, entry: unpackEntry(packed) }))
    .filter(({ entry }) => entry.leaseEndsAtMs < nowMs);
  for (const entry of entries) await endEntry(entry, ports);
  const after = entries.length === 0 ? state : await ports.scopes.read(scope);
  const lease = after && moveLease(after);
  // Where a guard is against it, somebody has reserved meanwhile: the index has the scope, and its turn comes again.
  if (lease !== undefined) await ports.scopes.update(scope, { guards: [], assignments: [], lease });
  return entries.length;
}

async function sweepBatch(batch: readonly string[], ports: SweepLeasesPorts): Promise<SweepReport> {
  const outcomes = await Promise.allSettled(batch.map((scope) => sweepScope(scope, ports)));
  let [ended, failed] = [0, 0];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') {
      ended += outcome.value;
    } else {
      failed += 1;
      ports.onFailure(outcome.reason);
    }
  }
  return { scopes: batch.length, ended, failed };
}

function add(one: SweepReport, other: SweepReport): SweepReport {
  return { scopes: one.scopes + other.scopes, ended: one.ended + other.ended, failed: one.failed + other.failed };
}

/**
 * Ends the reservations whose lease has run out: their process died, or could not reach the store. Any number of sweeps may
 * run at once, and beside a handler that wakes up late: whoever puts the record first decides for all.
 */
export async function sweepLeases(ports: SweepLeasesPorts): Promise<SweepReport> {
  let report: SweepReport = { scopes: 0, ended: 0, failed: 0 };
  let batch: string[] = [];
  for await (const scope of ports.leases.due(leaseBucketOf(ports.now()))) {
    batch.push(scope);
    if (batch.length < PARALLEL) continue;
    report = add(report, await sweepBatch(batch, ports));
    batch = [];
  }
  return add(report, await sweepBatch(batch, ports));
}
