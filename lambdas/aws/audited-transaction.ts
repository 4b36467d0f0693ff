// P5 of the product: a change and the event that tells of it commit together or not at all. Every change of the
// management plane goes through here.
import {
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { type ChainHead, chainEvents, chainHead, type Digest } from '../domain/audit/audit-chain.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem, encodeItem } from './attribute-values.ts';
import { auditEventKey, auditHeadKey } from './item-keys.ts';

const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

export interface AuditedTransactionOptions {
  readonly client: DynamoDBClient;
  /** The `audit` table. */
  readonly table: string;
  readonly digest: Digest;
  /** In [0, 1): spreads the retries. */
  readonly random: () => number;
}

export interface AuditedChange {
  /** The chain that the entries belong to. */
  readonly tenant: string;
  readonly entries: readonly AuditEntry[];
  readonly writes: readonly TransactWriteItem[];
}

/** `outdated`: a condition of the change's own writes did not hold, so what it was made from is no longer so. */
export type CommitOutcome = 'committed' | 'outdated';

/** Throws GatewayFault `service_unavailable` where the change could not be committed; then nothing of it is. */
export type CommitAudited = (change: AuditedChange) => Promise<CommitOutcome>;

/** The reasons are in the order of the writes, and the change's own come first. */
function isOutdated(error: unknown, { writes }: AuditedChange): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const own = (error.CancellationReasons ?? []).slice(0, writes.length);
  return own.some(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** Someone else moved the chain's head, or holds an item: worth another try on what is there now. */
function isContention(error: unknown): boolean {
  const busy = ['None', 'ConditionalCheckFailed', 'TransactionConflict', 'ThrottlingError'];
  if (error instanceof TransactionConflictException) return true;
  return (
    error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).every(({ Code = 'None' }) => busy.includes(Code))
  );
}

export function createAuditedTransaction({ client, table, digest, random }: AuditedTransactionOptions): CommitAudited {
  async function readHead(tenant: string): Promise<ChainHead | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: auditHeadKey(tenant), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : chainHead.parse(decodeItem(Item));
  }

  function chainWrites(
    tenant: string,
    head: ChainHead | undefined,
    entries: readonly AuditEntry[],
  ): TransactWriteItem[] {
    const events = chainEvents(head, entries, digest);
    const [last] = events.slice(-1);
    if (last === undefined) throw new Error('A change without an audit event');
    const newHead: ChainHead = { schemaVersion: 1, sequence: last.sequence, hash: last.hash };
    const unmoved =
      head === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#hash = :hash',
            ExpressionAttributeNames: { '#hash': 'hash' },
            ExpressionAttributeValues: { ':hash': { S: head.hash } },
          };
    return [
      ...events.map((event) => ({
        Put: {
          TableName: table,
          Item: { ...auditEventKey(tenant, event.sequence), ...encodeItem(event) },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      })),
      { Put: { TableName: table, Item: { ...auditHeadKey(tenant), ...encodeItem(newHead) }, ...unmoved } },
    ];
  }

  async function commit({ tenant, entries, writes }: AuditedChange): Promise<void> {
    const head = await readHead(tenant);
    const TransactItems = [...writes, ...chainWrites(tenant, head, entries)];
    await client.send(new TransactWriteItemsCommand({ TransactItems }));
  }

  return async (change) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await commit(change);
        return 'committed';
      } catch (cause) {
        if (isOutdated(cause, change)) return 'outdated';
        if (!isContention(cause) || attempt === MAX_ATTEMPTS) throw new GatewayFault('service_unavailable', { cause });
        const pauseMs = random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
        await new Promise((resume) => setTimeout(resume, pauseMs));
      }
    }
  };
}
