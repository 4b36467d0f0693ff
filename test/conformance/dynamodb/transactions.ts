import { randomUUID } from 'node:crypto';
import {
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, type Item, n, refusalOf, s } from './connection.ts';

export function describeTransactions(current: () => Connection): void {
  describe('transactions', () => {
    const key = (pk: string) => ({ pk: s(`tx-${pk}`), sk: s('a') });
    const put = (pk: string, more: Item) =>
      current().client.send(new PutItemCommand({ TableName: current().table, Item: { ...key(pk), ...more } }));
    const get = async (pk: string) => {
      const { client, table } = current();
      return (await client.send(new GetItemCommand({ TableName: table, Key: key(pk), ConsistentRead: true }))).Item;
    };
    const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
      current().client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
    const increment = (pk: string): TransactWriteItem => ({
      Update: {
        TableName: current().table,
        Key: key(pk),
        UpdateExpression: 'SET hits = if_not_exists(hits, :zero) + :one',
        ExpressionAttributeValues: { ':zero': n(0), ':one': n(1) },
      },
    });

    it('put, update, delete and check together', async () => {
      const { table: TableName } = current();
      await put('gone', { a: n(1) });
      await put('checked', { a: n(1) });
      await transact([
        { Put: { TableName, Item: { ...key('new'), a: n(1) }, ConditionExpression: 'attribute_not_exists(pk)' } },
        increment('counted'),
        { Delete: { TableName, Key: key('gone') } },
        { ConditionCheck: { TableName, Key: key('checked'), ConditionExpression: 'attribute_exists(a)' } },
      ]);
      expect(await get('new')).toEqual({ ...key('new'), a: n(1) });
      expect((await get('counted'))?.['hits']).toEqual(n(1));
      expect(await get('gone')).toBeUndefined();
      expect(await get('checked')).toEqual({ ...key('checked'), a: n(1) });
    });

    it('change nothing where one condition fails, and say which, with its item where asked', async () => {
      const { table: TableName } = current();
      await put('held', { version: n(2) });
      const refusal = await refusalOf(
        transact([
          { Put: { TableName, Item: key('never') } },
          {
            Update: {
              TableName,
              Key: key('held'),
              UpdateExpression: 'SET version = :next',
              ConditionExpression: 'version = :seen',
              ExpressionAttributeValues: { ':seen': n(1), ':next': n(2) },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
          { ConditionCheck: { TableName, Key: key('none'), ConditionExpression: 'attribute_exists(pk)' } },
        ]),
      );
      expect(refusal.name).toBe('TransactionCanceledException');
      expect(refusal.message).toBe(
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
      );
      expect(refusal.reasons).toEqual([
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { ...key('held'), version: n(2) },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ]);
      expect(await get('never')).toBeUndefined();
      expect((await get('held'))?.['version']).toEqual(n(2));
    });

    it('change nothing where one statement cannot be carried out', async () => {
      const { table: TableName } = current();
      const refusal = await refusalOf(
        transact([
          { Put: { TableName, Item: key('never-either') } },
          {
            Update: {
              TableName,
              Key: key('no-map'),
              UpdateExpression: 'SET a.b = :v',
              ExpressionAttributeValues: { ':v': n(1) },
            },
          },
        ]),
      );
      expect(refusal.reasons).toMatchObject([{ Code: 'None' }, { Code: 'ValidationError' }]);
      expect(await get('never-either')).toBeUndefined();
    });

    it('are done once for one token', async () => {
      const token = randomUUID();
      await transact([increment('token')], token);
      await transact([increment('token')], token);
      expect((await get('token'))?.['hits']).toEqual(n(1));
    });

    it('may be tried again under the token of one that was cancelled', async () => {
      const token = randomUUID();
      const { table: TableName } = current();
      const guarded: TransactWriteItem[] = [
        increment('retried'),
        { ConditionCheck: { TableName, Key: key('guard'), ConditionExpression: 'attribute_exists(pk)' } },
      ];
      expect((await refusalOf(transact(guarded, token))).name).toBe('TransactionCanceledException');
      await put('guard', {});
      await transact(guarded, token);
      expect((await get('retried'))?.['hits']).toEqual(n(1));
    });

    it('refuse a token that was another transaction’s', async () => {
      const token = randomUUID();
      await transact([increment('token-a')], token);
      const refusal = await refusalOf(transact([increment('token-b')], token));
      expect(refusal.name).toBe('IdempotentParameterMismatchException');
      expect(await get('token-b')).toBeUndefined();
    });

    it('refuse to touch an item twice', async () => {
      const refusal = await refusalOf(transact([increment('twice'), increment('twice')]));
      expect(refusal.name).toBe('ValidationException');
      expect(refusal.message).toBe('Transaction request cannot include multiple operations on one item');
    });

    it('take up to 100 statements', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, index) => increment(`many-${index}`));
      await transact(many(100));
      expect((await get('many-99'))?.['hits']).toEqual(n(1));
      expect((await refusalOf(transact(many(101)))).name).toBe('ValidationException');
      expect((await refusalOf(transact([]))).name).toBe('ValidationException');
    });

    it('take up to 4 MB', async () => {
      const { table: TableName } = current();
      const big = (count: number): TransactWriteItem[] =>
        Array.from({ length: count }, (_, index) => ({
          Put: { TableName, Item: { ...key(`big-${index}`), pad: s('x'.repeat(380_000)) } },
        }));
      await transact(big(11));
      expect(await refusalOf(transact(big(12)))).toMatchObject({ status: 400 });
    });

    it('need a condition to check, and an expression to update', async () => {
      const { table: TableName } = current();
      const lacks = async (statement: object) => (await refusalOf(transact([{ ...statement }]))).name;
      expect(await lacks({ ConditionCheck: { TableName, Key: key('x') } })).toBe('ValidationException');
      expect(await lacks({ Update: { TableName, Key: key('x') } })).toBe('ValidationException');
      expect(await lacks({})).toBe('ValidationException');
      expect(await lacks({ Put: { TableName, Item: key('x') }, Delete: { TableName, Key: key('y') } })).toBe(
        'ValidationException',
      );
    });

    it('refuse a key that does not fit, and an unknown table', async () => {
      const remove = (TableName: string, Key: Item) => refusalOf(transact([{ Delete: { TableName, Key } }]));
      expect((await remove(current().table, { pk: s('x') })).name).toMatch(
        /^(TransactionCanceledException|ValidationException)$/,
      );
      expect((await remove('no-such-table', key('x'))).name).toBe('ResourceNotFoundException');
    });

    it('read several items as they are at one moment', async () => {
      const { client, table: TableName } = current();
      const pair = (value: number): TransactWriteItem[] =>
        ['left', 'right'].map((pk) => ({ Put: { TableName, Item: { ...key(pk), value: n(value) } } }));
      await transact(pair(0));
      let writing = true;
      const writes = (async () => {
        for (let value = 1; value <= 40; value += 1) await transact(pair(value));
        writing = false;
      })();
      const read = new TransactGetItemsCommand({
        TransactItems: ['left', 'right', 'missing'].map((pk) => ({ Get: { TableName, Key: key(pk) } })),
      });
      let reads = 0;
      while (writing) {
        // The service may answer TransactionCanceledException with TransactionConflict here; that is no torn read.
        const answer = await client.send(read).catch(() => undefined);
        if (answer === undefined) continue;
        const [left, right, missing] = answer.Responses ?? [];
        expect(left?.Item?.['value']).toEqual(right?.Item?.['value']);
        expect(missing?.Item).toBeUndefined();
        reads += 1;
      }
      await writes;
      expect(reads).toBeGreaterThan(0);
    });
  });
}
