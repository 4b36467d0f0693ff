import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { ScopeView } from '../domain/limits/ledger.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import { keyScope, modelScopes, scopesOfKey } from '../domain/limits/scopes-of.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import type { MemberRegistry } from '../domain/members/member-registry.ts';
import { showSettings } from './key-fields.ts';
import { showModelLimits } from './limit-fields.ts';
import { showSpend } from './show-spend.ts';

export interface PresentKeyPorts {
  readonly scopes: ScopeReader;
  readonly members: MemberRegistry;
  readonly nowSeconds: () => number;
}

interface Circumstances {
  readonly views: ReadonlyMap<string, ScopeView>;
  readonly members: ReadonlyMap<string, MemberRecord>;
  readonly nowSeconds: number;
}

/** What the key comes to now: that of a member who has left is as good as disabled. */
function showStatus({ status, userId, expiresAt }: KeyRecord, { members, nowSeconds }: Circumstances) {
  if (status !== 'active') return status;
  if (userId !== undefined && members.get(userId)?.status !== 'active') return 'disabled';
  return expiresAt !== undefined && expiresAt <= nowSeconds ? 'expired' : status;
}

/** A key as the management routes show it, never its secret. Times are Unix seconds. */
function presentKey(key: KeyRecord, circumstances: Circumstances) {
  const { views, nowSeconds } = circumstances;
  const graceEnd = key.formerSecret?.endsAt ?? 0;
  return {
    object: 'api_key',
    id: key.id,
    type: key.type,
    status: showStatus(key, circumstances),
    user_id: key.userId ?? null,
    environment: key.environment ?? null,
    last4: key.last4,
    recoverable: key.recoverable ?? false,
    created_at: key.createdAt,
    previous_secret_expires_at: graceEnd > nowSeconds ? graceEnd : null,
    ...showSettings(key),
    ...showSpend(views, keyScope(key).scope),
    model_limits: Object.fromEntries(
      [...modelScopes(key)].map(([pattern, { scope }]) => [
        pattern,
        { ...showModelLimits(key.modelLimits?.[pattern] ?? {}), ...showSpend(views, scope) },
      ]),
    ),
  } as const;
}
export type PresentedKey = ReturnType<typeof presentKey>;

function holdersOf(keys: readonly KeyRecord[]): string[] {
  return [...new Set(keys.flatMap(({ userId }) => userId ?? []))];
}

/** Keys of one account with what they have spent, read in one go. */
export async function presentKeys(
  keys: readonly KeyRecord[],
  { scopes, members, nowSeconds }: PresentKeyPorts,
): Promise<readonly PresentedKey[]> {
  const [views, holders] = await Promise.all([
    scopes.readScopes(keys.flatMap(scopesOfKey)),
    members.findMembers(keys[0]?.accountId ?? '', holdersOf(keys)),
  ]);
  return keys.map((key) => presentKey(key, { views, members: holders, nowSeconds: nowSeconds() }));
}

/** One key with what it has spent. */
export async function presentOne(key: KeyRecord, ports: PresentKeyPorts): Promise<PresentedKey> {
  const [presented] = await presentKeys([key], ports);
  if (presented === undefined) throw new Error('a key that was not presented');
  return presented;
}
