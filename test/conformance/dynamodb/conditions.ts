import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, type Item, m, n, refusalOf, s } from './connection.ts';

const item: Item = {
  version: n(3),
  negative: n(-5),
  committed: n('999999999999999999'),
  status: s('active'),
  name: s('b'),
  open: m({ r1: s('x'), r2: s('y') }),
  list: { L: [n(1), n(2), n(3)] },
  tags: { SS: ['red', 'blue'] },
  bytes: { B: Uint8Array.from([1, 2]) },
  flag: { BOOL: true },
  nothing: { NULL: true },
};
const values: Item = {
  ':three': n(3),
  ':two': n(2),
  ':ten': n(10),
  ':big': n('1000000000000000000'),
  ':active': s('active'),
  ':closed': s('closed'),
  ':a': s('a'),
  ':c': s('c'),
  ':ac': s('ac'),
  ':red': s('red'),
  ':N': s('N'),
  ':M': s('M'),
};

/** Each is a condition on the item above, and whether it holds. */
const conditions: readonly (readonly [string, boolean])[] = [
  ['version = :three', true],
  ['version <> :three', false],
  ['version < :ten', true],
  ['version < :three', false],
  ['version <= :three', true],
  ['version >= :ten', false],
  ['version > :two', true],
  ['negative < :two', true],
  ['committed < :big', true],
  ['committed >= :big', false],
  ['version BETWEEN :two AND :ten', true],
  ['negative BETWEEN :two AND :ten', false],
  ['#status IN (:active, :closed)', true],
  ['#status IN (:closed, :a)', false],
  ['#name > :a AND #name < :c', true],
  ['begins_with(#status, :ac)', true],
  ['begins_with(#status, :c)', false],
  ['contains(#status, :ac)', true],
  ['contains(tags, :red)', true],
  ['contains(tags, :c)', false],
  ['contains(#list, :two)', true],
  ['contains(#list, :ten)', false],
  ['attribute_exists(version)', true],
  ['attribute_exists(absent)', false],
  ['attribute_not_exists(absent)', true],
  ['attribute_exists(nothing)', true],
  ['attribute_exists(#open.r1)', true],
  ['attribute_exists(#open.r3)', false],
  ['attribute_not_exists(#open.r3)', true],
  ['attribute_not_exists(absent.r3)', true],
  ['attribute_exists(absent.r3)', false],
  ['attribute_exists(version.r3)', false],
  ['attribute_exists(#list[2])', true],
  ['attribute_exists(#list[3])', false],
  ['#open.r1 <> #open.r2', true],
  ['attribute_type(version, :N)', true],
  ['attribute_type(#open, :N)', false],
  ['attribute_type(#open, :M)', true],
  ['size(#open) < :three', true],
  ['size(#open) < :two', false],
  ['size(#list) = :three', true],
  ['size(tags) = :two', true],
  ['size(#status) > :ten', false],
  ['size(bytes) = :two', true],
  ['size(absent) < :ten', false],
  ['NOT size(absent) < :ten', true],
  ['absent < :ten', false],
  ['absent <= :ten', false],
  ['absent > :ten', false],
  ['absent = :ten', false],
  ['absent <> :ten', true],
  ['NOT absent < :ten', true],
  ['#status < :ten', false],
  ['#status <> :ten', true],
  ['version = :active', false],
  ['flag <> :active', true],
  ['version = :three AND #status = :active', true],
  ['version = :two OR #status = :active', true],
  ['version = :two OR version = :three AND #status = :closed', false],
  ['(version = :two OR version = :three) AND #status = :active', true],
  ['NOT version = :three OR #status = :active', true],
  ['NOT (version = :three OR #status = :active)', false],
  ['attribute_not_exists(absent) OR absent < :ten', true],
];

/** Those of `all` that the expression uses, as the service refuses the others. */
function used<Value>(all: Record<string, Value>, expression: string): Record<string, Value> | undefined {
  const entries = Object.entries(all).filter(([name]) => new RegExp(`${name}(?![A-Za-z0-9_])`).test(expression));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function describeConditions(current: () => Connection): void {
  describe('conditions', () => {
    const key = (pk: string) => ({ pk: s(`condition-${pk}`), sk: s('a') });
    const names = { '#status': 'status', '#name': 'name', '#open': 'open', '#list': 'list' };
    const put = (pk: string, more: Item = item) =>
      current().client.send(new PutItemCommand({ TableName: current().table, Item: { ...key(pk), ...more } }));
    const update = (pk: string, input: Partial<UpdateItemCommandInput>) =>
      current().client.send(new UpdateItemCommand({ TableName: current().table, Key: key(pk), ...input }));

    it.each(conditions)('%s is %s', async (ConditionExpression, holds) => {
      await put('table');
      const attempt = update('table', {
        UpdateExpression: 'SET touched = :touched',
        ConditionExpression,
        ExpressionAttributeNames: used(names, ConditionExpression),
        ExpressionAttributeValues: { ...used(values, ConditionExpression), ':touched': s('yes') },
        ReturnValues: 'ALL_NEW',
      });
      if (holds) {
        expect((await attempt).Attributes?.['touched']).toEqual(s('yes'));
        return;
      }
      const refusal = await refusalOf(attempt);
      expect(refusal).toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        status: 400,
      });
      const { client, table } = current();
      const stored = await client.send(
        new GetItemCommand({ TableName: table, Key: key('table'), ConsistentRead: true }),
      );
      expect(stored.Item).not.toHaveProperty('touched');
    });

    it('that fail say what was there, where ALL_OLD asks, for each kind of write', async () => {
      await put('old', { version: n(3) });
      const { client, table: TableName } = current();
      const condition = {
        TableName,
        ConditionExpression: 'version = :v',
        ExpressionAttributeValues: { ':v': n(4) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      const UpdateExpression = 'SET version = :v';
      const Item = { ...key('old'), version: n(3) };
      const attempts = [
        client.send(new UpdateItemCommand({ ...condition, Key: key('old'), UpdateExpression })),
        client.send(new PutItemCommand({ ...condition, Item: { ...key('old'), version: n(9) } })),
        client.send(new DeleteItemCommand({ ...condition, Key: key('old') })),
      ];
      for (const refusal of await Promise.all(attempts.map(refusalOf))) {
        expect(refusal.name).toBe('ConditionalCheckFailedException');
        expect(refusal.item).toEqual(Item);
      }
    });

    it('that fail say nothing of the item where nothing asks, or nothing is there', async () => {
      await put('quiet', { version: n(3) });
      const attempt = (pk: string, more: object) =>
        refusalOf(
          update(pk, {
            UpdateExpression: 'SET a = :v',
            ConditionExpression: 'version = :v',
            ExpressionAttributeValues: { ':v': n(4) },
            ...more,
          }),
        );
      expect((await attempt('quiet', {})).item).toBeUndefined();
      expect((await attempt('quiet', { ReturnValuesOnConditionCheckFailure: 'NONE' })).item).toBeUndefined();
      const missing = await attempt('absent', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
      expect(missing.name).toBe('ConditionalCheckFailedException');
      expect(missing.item).toBeUndefined();
    });

    it('keep a put from replacing, and an update from creating', async () => {
      const { client, table: TableName } = current();
      const create = new PutItemCommand({
        TableName,
        Item: key('once'),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await client.send(create);
      expect((await refusalOf(client.send(create))).name).toBe('ConditionalCheckFailedException');
      const change = update('never', {
        UpdateExpression: 'SET a = :v',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':v': n(1) },
      });
      expect((await refusalOf(change)).name).toBe('ConditionalCheckFailedException');
      const stored = await client.send(new GetItemCommand({ TableName, Key: key('never'), ConsistentRead: true }));
      expect(stored.Item).toBeUndefined();
    });

    it.each([
      [
        'SET ttl = :v',
        undefined,
        'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: ttl',
      ],
      [
        'SET a = :missing',
        undefined,
        'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :missing',
      ],
      [
        'SET a = :v',
        'status = :v',
        'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: status',
      ],
      [
        'SET #none = :v',
        undefined,
        'Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #none',
      ],
      [
        'SET a = :v, a = :v',
        undefined,
        'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]',
      ],
      [
        'SET a.b = :v, a = :v',
        undefined,
        'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]',
      ],
      ['', undefined, 'Invalid UpdateExpression: The expression can not be empty;'],
    ])('refuse the expression %j under %j', async (UpdateExpression, ConditionExpression, message) => {
      const refusal = await refusalOf(
        update('invalid', { UpdateExpression, ConditionExpression, ExpressionAttributeValues: { ':v': n(1) } }),
      );
      expect(refusal.name).toBe('ValidationException');
      expect(refusal.message).toBe(message);
    });

    it('refuse values and names that no expression uses', async () => {
      const unusedValue = await refusalOf(
        update('unused', { UpdateExpression: 'SET a = :v', ExpressionAttributeValues: { ':v': n(1), ':w': n(1) } }),
      );
      expect(unusedValue.message).toBe('Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}');
      const unusedName = await refusalOf(
        update('unused', {
          UpdateExpression: 'SET a = :v',
          ExpressionAttributeValues: { ':v': n(1) },
          ExpressionAttributeNames: { '#w': 'w' },
        }),
      );
      expect(unusedName.message).toBe('Value provided in ExpressionAttributeNames unused in expressions: keys: {#w}');
    });
  });
}
