import type { Item, LevelOperation } from 'dynalite/db/index.js';
import type { Request } from 'dynalite/validations/index.js';
import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import type { JsonObject } from '../aws-json/server.ts';
import { type Engine, validationError } from './engine.ts';
import { GroupCommit } from './group-commit.ts';
import { indexEntriesOf } from './index-entries.ts';
import { KeyLocks } from './key-locks.ts';
import type { Change } from './store-view.ts';
import type { StreamJournal } from './stream-journal.ts';
import type { Actor } from './stream-record.ts';

export type SingleWrite = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** Everything that changes an item goes through here: lock, plan, apply. */
export class WritePath {
  readonly #engine: Engine;
  readonly #journal: StreamJournal;
  readonly #commits: GroupCommit;
  readonly #locks = new KeyLocks();

  constructor(engine: Engine, journal: StreamJournal) {
    this.#engine = engine;
    this.#journal = journal;
    this.#commits = new GroupCommit(engine.db);
  }

  /** PutItem, UpdateItem, DeleteItem. */
  async write(operation: SingleWrite, input: JsonObject, actor: Actor = 'caller'): Promise<JsonObject> {
    const returnsOld = wantsOldItem(input);
    const data = this.#engine.validate(operation, input);
    return this.hold([this.lockOf(data)], async () => {
      const plan = await this.#engine.planWrite(operation, data);
      if (!plan.ok) throw returnsOld ? withItem(plan.refusal, plan.met) : plan.refusal;
      await this.apply(plan.changes, { actor });
      return plan.result;
    });
  }

  /** BatchWriteItem. The service applies its writes one by one; here they are one batch. */
  async writeBatch(input: JsonObject): Promise<JsonObject> {
    const data = this.#engine.validate('BatchWriteItem', input);
    const locks = Object.entries(data.RequestItems ?? {}).flatMap(([TableName, requests]) =>
      requests.map(({ PutRequest, DeleteRequest }) => this.lockOf({ TableName, ...PutRequest, ...DeleteRequest })),
    );
    return this.hold(locks, async () => {
      const plan = await this.#engine.planWrite('BatchWriteItem', data);
      if (!plan.ok) throw plan.refusal;
      await this.apply(plan.changes);
      return plan.result;
    });
  }

  /** The name of the lock of the item that a request names. */
  lockOf(data: Pick<Request, 'TableName' | 'Key' | 'Item'>): string {
    const table = this.#engine.table(data.TableName ?? '');
    return `${table.TableName}~${this.#engine.keyOf(table, data)}`;
  }

  hold<Result>(locks: readonly string[], work: () => Promise<Result>): Promise<Result> {
    return this.#locks.hold(locks, work);
  }

  /**
   * Applies changes with their index entries, their stream records and what else belongs to them, as one: a crash leaves
   * all of it or nothing. The caller holds the locks of the items.
   */
  async apply(
    changes: readonly Change[],
    { actor = 'caller', besides = [] }: { actor?: Actor; besides?: readonly LevelOperation[] } = {},
  ): Promise<void> {
    // No await between numbering the records and queueing them, so that they are stored in the order of their numbers.
    const records = this.#journal.append(changes, actor);
    const items = changes.flatMap((change) => [itemOperation(change), ...indexEntriesOf(change)]);
    await this.#commits.commit([...items, ...records.operations, ...besides]);
    records.reveal();
  }
}

const oldItemOption = z.enum(['ALL_OLD', 'NONE']).optional();

/** Whether ReturnValuesOnConditionCheckFailure asks for the item; dynalite does not know the parameter. */
export function wantsOldItem(input: JsonObject): boolean {
  const option = oldItemOption.safeParse(input['ReturnValuesOnConditionCheckFailure']);
  if (option.success) return option.data === 'ALL_OLD';
  throw validationError(
    "1 validation error detected: Value at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: " +
      'Member must satisfy enum value set: [ALL_OLD, NONE]',
  );
}

export function isConditionFailure(refusal: AwsError): boolean {
  return refusal.type.endsWith('#ConditionalCheckFailedException');
}

function withItem(refusal: AwsError, item: Item | undefined): AwsError {
  if (item === undefined || !isConditionFailure(refusal)) return refusal;
  return new AwsError(refusal.type, refusal.message, { fields: { Item: item } });
}

function itemOperation({ table, key, after }: Change): LevelOperation {
  const storeKey = `item-${table.TableName}~${key}`;
  return after === undefined ? { type: 'del', key: storeKey } : { type: 'put', key: storeKey, value: after };
}
