import type { Item } from 'dynalite/db/index.js';
import type { Request } from 'dynalite/validations/index.js';
import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import type { JsonObject } from '../aws-json/server.ts';
import { dynamoError, type Engine, validationError, type WritePlan } from './engine.ts';
import { sizeOfItem } from './item-size.ts';
import type { RequestTokens } from './request-tokens.ts';
import { isConditionFailure, type SingleWrite, type WritePath, wantsOldItem } from './write-path.ts';

const maxBytes = 4 * 1024 * 1024;
const statement = z.record(z.string(), z.unknown());
const condition = z.object({ ConditionExpression: z.string() });
const update = z.object({ UpdateExpression: z.string() });
const readInput = z.object({
  TransactItems: z
    .array(z.object({ Get: statement }))
    .min(1)
    .max(100),
});
const writeInput = z.object({
  TransactItems: z.array(z.record(z.string(), statement)).min(1).max(100),
  ClientRequestToken: z.string().min(1).max(36).optional(),
  ReturnConsumedCapacity: z.enum(['INDEXES', 'TOTAL', 'NONE']).optional(),
});

/** What each statement may hold, and the operation that carries it out. A check is a delete that is never applied. */
const kinds: Readonly<Record<string, { operation: SingleWrite; fields: readonly string[]; needs?: z.ZodType }>> = {
  Put: { operation: 'PutItem', fields: ['Item'] },
  Update: { operation: 'UpdateItem', fields: ['Key', 'UpdateExpression'], needs: update },
  Delete: { operation: 'DeleteItem', fields: ['Key'] },
  ConditionCheck: { operation: 'DeleteItem', fields: ['Key'], needs: condition },
};
const commonFields = ['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];

interface Statement {
  readonly operation: SingleWrite;
  readonly isCheck: boolean;
  readonly returnsOld: boolean;
  readonly data: Request;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** TransactWriteItems and TransactGetItems, which dynalite lacks. Where the service reports a conflict, these wait. */
export class Transactions {
  readonly #engine: Engine;
  readonly #writes: WritePath;
  readonly #tokens: RequestTokens;

  constructor(engine: Engine, writes: WritePath, tokens: RequestTokens) {
    this.#engine = engine;
    this.#writes = writes;
    this.#tokens = tokens;
  }

  async write(input: JsonObject): Promise<JsonObject> {
    const { TransactItems, ClientRequestToken: token, ReturnConsumedCapacity } = parse(writeInput, input);
    const statements = TransactItems.map((entry) => this.#prepare(entry, ReturnConsumedCapacity));
    const locks = this.#locksOf(statements.map(({ data }) => data));
    const tokenLock = token === undefined ? [] : [`${token}~token`];
    return this.#writes.hold([...locks, ...tokenLock], async () => {
      if (token !== undefined && this.#tokens.isDone(token, TransactItems)) return {};
      const plans = await Promise.all(statements.map((each) => this.#engine.planWrite(each.operation, each.data)));
      const changes = changesOf(statements, plans);
      const record = token === undefined ? undefined : this.#tokens.record(token, TransactItems);
      await this.#writes.apply(changes, { besides: record ? [record.operation] : [] });
      record?.remember();
      return withCapacity(
        plans.map((plan) => (plan.ok ? plan.result : {})),
        2,
      );
    });
  }

  /** All items as they are at one moment, as no write of any of them runs meanwhile. */
  async read(input: JsonObject): Promise<JsonObject> {
    const { TransactItems } = parse(readInput, input);
    const capacity = { ReturnConsumedCapacity: input['ReturnConsumedCapacity'], ConsistentRead: true };
    const reads = TransactItems.map(({ Get }) => {
      const { TableName, Key, ProjectionExpression, ExpressionAttributeNames } = Get;
      const get = { TableName, Key, ProjectionExpression, ExpressionAttributeNames, ...capacity };
      return this.#engine.validate('GetItem', get);
    });
    return this.#writes.hold(this.#locksOf(reads), async () => {
      const results = await Promise.all(reads.map((data) => this.#engine.read('GetItem', data)));
      const Responses = results.map(({ Item }) => (Item === undefined ? {} : { Item }));
      return { Responses, ...withCapacity(results, 2) };
    });
  }

  #prepare(entry: Readonly<Record<string, JsonObject>>, ReturnConsumedCapacity: string | undefined): Statement {
    const [named, ...others] = Object.entries(entry);
    const kind = named && kinds[named[0]];
    if (named === undefined || kind === undefined || others.length > 0) {
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const [name, body] = named;
    if (kind.needs?.safeParse(body).success === false) {
      throw validationError(`1 validation error detected: ${name} lacks its expression: Member must not be null`);
    }
    const fields = [...kind.fields, ...commonFields];
    const known = Object.fromEntries(Object.entries(body).filter(([field]) => fields.includes(field)));
    return {
      operation: kind.operation,
      isCheck: name === 'ConditionCheck',
      returnsOld: wantsOldItem(body),
      data: this.#engine.validate(kind.operation, { ...known, ReturnConsumedCapacity }),
    };
  }

  /** The locks of the items; a key that does not fit its table cancels the transaction, as with the service. */
  #locksOf(requests: readonly Request[]): string[] {
    const locks: string[] = [];
    const reasons = requests.map((data): Reason => {
      try {
        locks.push(this.#writes.lockOf(data));
        return { Code: 'None' };
      } catch (error) {
        if (error instanceof AwsError) return reasonOf(error);
        throw error;
      }
    });
    if (locks.length < requests.length) throw cancelled(reasons);
    if (new Set(locks).size < locks.length) {
      throw validationError('Transaction request cannot include multiple operations on one item');
    }
    return locks;
  }
}

function changesOf(statements: readonly Statement[], plans: readonly WritePlan[]) {
  if (plans.some((plan) => !plan.ok)) {
    throw cancelled(
      plans.map((plan, index): Reason => {
        if (plan.ok) return { Code: 'None' };
        const reason = reasonOf(plan.refusal);
        const item = statements[index]?.returnsOld && isConditionFailure(plan.refusal) ? plan.met : undefined;
        return item === undefined ? reason : { ...reason, Item: item };
      }),
    );
  }
  const changes = plans.flatMap((plan, index) => (plan.ok && !statements[index]?.isCheck ? plan.changes : []));
  const bytes = changes.reduce((sum, { before, after }) => sum + sizeOfItem(after ?? before ?? {}), 0);
  if (bytes > maxBytes) throw validationError('The aggregate size of the items in the transaction exceeds 4 MB');
  return changes;
}

function reasonOf(refusal: AwsError): Reason {
  if (isConditionFailure(refusal)) return { Code: 'ConditionalCheckFailed', Message: refusal.message };
  if (refusal.type.endsWith('#ValidationException')) return { Code: 'ValidationError', Message: refusal.message };
  throw refusal;
}

function cancelled(reasons: readonly Reason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return dynamoError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

const capacity = z.object({ ConsumedCapacity: z.object({ TableName: z.string(), CapacityUnits: z.number() }) });

/** Capacity by table; a transaction costs twice what its parts do. */
function withCapacity(results: readonly JsonObject[], factor: number): JsonObject {
  const units = new Map<string, number>();
  for (const result of results) {
    const { data } = capacity.safeParse(result);
    if (data === undefined) continue;
    const { TableName, CapacityUnits } = data.ConsumedCapacity;
    units.set(TableName, (units.get(TableName) ?? 0) + CapacityUnits * factor);
  }
  if (units.size === 0) return {};
  return { ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) };
}

function parse<Schema extends z.ZodType>(schema: Schema, input: JsonObject): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue?.path.join('.') ?? 'transactItems';
  throw validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${issue?.message}`,
  );
}
