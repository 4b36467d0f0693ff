import type { Item } from 'dynalite/db/index.js';
import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import type { JsonObject } from '../aws-json/server.ts';
import { type Engine, validationError } from './engine.ts';
import { isConditionFailure, type WritePath } from './write-path.ts';

const prefix = 'time-to-live~';
const setting = z.object({ table: z.string(), attribute: z.string() });
const updateInput = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().min(1).max(255), Enabled: z.boolean() }),
});
const page = z.object({
  Items: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
  LastEvaluatedKey: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const fiveYearsSeconds = 5 * 365 * 24 * 60 * 60;

/** Which tables' items expire by which attribute, and the sweep that removes them. */
export class TimeToLive {
  readonly #engine: Engine;
  readonly #writes: WritePath;
  readonly #now: () => number;
  /** Table -> attribute. */
  readonly #attributes = new Map<string, string>();
  /** Where the sweep of a table goes on; absent: from its beginning. */
  readonly #cursors = new Map<string, Item>();

  private constructor(engine: Engine, writes: WritePath, now: () => number) {
    this.#engine = engine;
    this.#writes = writes;
    this.#now = now;
  }

  static async open(engine: Engine, writes: WritePath, now: () => number): Promise<TimeToLive> {
    const timeToLive = new TimeToLive(engine, writes, now);
    const stored = await engine.db.values({ gte: prefix, lt: `${prefix}\xFF` }).all();
    for (const { table, attribute } of z.array(setting).parse(stored)) timeToLive.#attributes.set(table, attribute);
    return timeToLive;
  }

  /** Sets a table's attribute, or turns expiry off. */
  async set(table: string, attribute: string | undefined): Promise<void> {
    if (attribute === undefined) {
      this.#attributes.delete(table);
      await this.#engine.db.batch([{ type: 'del', key: prefix + table }]);
    } else {
      this.#attributes.set(table, attribute);
      await this.#engine.db.put(prefix + table, { table, attribute });
    }
  }

  async update(input: JsonObject): Promise<JsonObject> {
    const parsed = updateInput.safeParse(input);
    if (!parsed.success)
      throw validationError(`1 validation error detected: ${parsed.error.issues[0]?.path.join('.')}`);
    const { TableName, TimeToLiveSpecification } = parsed.data;
    const { AttributeName, Enabled } = TimeToLiveSpecification;
    const current = this.#attributes.get(this.#engine.table(TableName).TableName);
    if (Enabled === (current !== undefined))
      throw validationError(`TimeToLive is already ${Enabled ? 'en' : 'dis'}abled`);
    if (!Enabled && current !== AttributeName) {
      throw validationError(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
    }
    await this.set(TableName, Enabled ? AttributeName : undefined);
    return { TimeToLiveSpecification };
  }

  describe(input: JsonObject): JsonObject {
    const { TableName } = this.#engine.table(z.string().catch('').parse(input['TableName']));
    const AttributeName = this.#attributes.get(TableName);
    const enabled = { AttributeName, TimeToLiveStatus: 'ENABLED' };
    return { TimeToLiveDescription: AttributeName === undefined ? { TimeToLiveStatus: 'DISABLED' } : enabled };
  }

  /** Removes what has expired in the next page (1 MB) of every table, so that a call costs the same for any table. */
  async sweep(): Promise<void> {
    for (const [table, attribute] of this.#attributes) {
      if (this.#engine.tables.has(table)) await this.#sweepPage(table, attribute);
    }
  }

  async #sweepPage(table: string, attribute: string): Promise<void> {
    const nowSeconds = Math.floor(this.#now() / 1000);
    const expired = {
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: {
        ':now': { N: `${nowSeconds}` },
        ':floor': { N: `${nowSeconds - fiveYearsSeconds}` },
      },
    };
    const condition = '#ttl <= :now AND #ttl > :floor';
    const ExclusiveStartKey = this.#cursors.get(table);
    const scan = { TableName: table, ExclusiveStartKey, FilterExpression: condition, ...expired };
    const { Items, LastEvaluatedKey } = page.parse(
      await this.#engine.read('Scan', this.#engine.validate('Scan', structuredClone(scan))),
    );
    if (LastEvaluatedKey === undefined) this.#cursors.delete(table);
    else this.#cursors.set(table, LastEvaluatedKey);
    for (const item of Items) await this.#expire(table, item, { ConditionExpression: condition, ...expired });
  }

  /** Under the same condition again, as the item may have been given more time since the scan. */
  async #expire(TableName: string, item: Item, condition: JsonObject): Promise<void> {
    const names = this.#engine.table(TableName).KeySchema.map(({ AttributeName }) => AttributeName);
    const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
    try {
      await this.#writes.write('DeleteItem', structuredClone({ TableName, Key, ...condition }), 'time-to-live');
    } catch (error) {
      if (!(error instanceof AwsError && isConditionFailure(error))) throw error;
    }
  }
}
