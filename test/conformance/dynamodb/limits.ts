import {
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, type Item, n, refusalOf, s } from './connection.ts';

export function describeLimits(current: () => Connection): void {
  describe('limits and errors', () => {
    const key = (sk: string) => ({ pk: s('limit'), sk: s(sk) });
    const put = (Item: Item) => current().client.send(new PutItemCommand({ TableName: current().table, Item }));
    const named = async (work: Promise<unknown>) => {
      const { name, message } = await refusalOf(work);
      return { name, message };
    };

    it('let an item be 400 KB, names included, and no larger', async () => {
      const bare = 'pk'.length + 'limit'.length + 'sk'.length + 'full'.length + 'pad'.length;
      await put({ ...key('full'), pad: s('x'.repeat(400 * 1024 - bare)) });
      expect(await named(put({ ...key('full'), pad: s('x'.repeat(400 * 1024 - bare + 1)) }))).toEqual({
        name: 'ValidationException',
        message: 'Item size has exceeded the maximum allowed size',
      });
    });

    it('count bytes, not characters', async () => {
      expect((await named(put({ ...key('wide'), pad: s('€'.repeat(150_000)) }))).name).toBe('ValidationException');
    });

    it('refuse an update that would make an item too large', async () => {
      await put({ ...key('growing'), pad: s('x'.repeat(300_000)) });
      const grow = current().client.send(
        new UpdateItemCommand({
          TableName: current().table,
          Key: key('growing'),
          UpdateExpression: 'SET more = :v',
          ExpressionAttributeValues: { ':v': s('y'.repeat(200_000)) },
        }),
      );
      expect(await named(grow)).toEqual({
        name: 'ValidationException',
        message: 'Item size to update has exceeded the maximum allowed size',
      });
    });

    it('end a page of a query at 1 MB, and go on from there', async () => {
      for (let index = 0; index < 5; index += 1) {
        await put({ pk: s('limit-page'), sk: s(String(index)), pad: s('y'.repeat(300_000)) });
      }
      const page = (ExclusiveStartKey?: Item) =>
        current().client.send(
          new QueryCommand({
            TableName: current().table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': s('limit-page') },
            ExclusiveStartKey,
          }),
        );
      const first = await page();
      expect(first.Items).toHaveLength(4);
      expect(first.LastEvaluatedKey).toEqual({ pk: s('limit-page'), sk: s('3') });
      const second = await page(first.LastEvaluatedKey);
      expect(second.Items?.map(({ sk }) => sk?.S)).toEqual(['4']);
      expect(second.LastEvaluatedKey).toBeUndefined();
    });

    it('refuse numbers of more than 38 digits', async () => {
      const { name } = await named(put({ ...key('digits'), big: n('123456789012345678901234567890123456789') }));
      expect(name).toBe('ValidationException');
    });

    it.each([
      ['no number', { v: { N: 'abc' } }],
      ['an empty set', { v: { SS: [] } }],
      ['a set with a member twice', { v: { SS: ['a', 'a'] } }],
    ])('refuse %s', async (_, attributes) => {
      expect((await named(put({ ...key('bad'), ...attributes }))).name).toBe('ValidationException');
    });

    it('refuse an item without its key, with an empty one, or one of another type', async () => {
      expect(await named(put({ pk: s('limit') }))).toEqual({
        name: 'ValidationException',
        message: 'One or more parameter values were invalid: Missing the key sk in the item',
      });
      expect((await named(put({ pk: s('limit'), sk: s('') }))).name).toBe('ValidationException');
      expect(await named(put({ pk: s('limit'), sk: n(1) }))).toEqual({
        name: 'ValidationException',
        message: 'One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N',
      });
      const get = current().client.send(new GetItemCommand({ TableName: current().table, Key: { pk: s('limit') } }));
      expect(await named(get)).toEqual({
        name: 'ValidationException',
        message: 'The provided key element does not match the schema',
      });
    });

    it('refuse an index key of another type', async () => {
      expect((await named(put({ ...key('index'), bucket: n(1) }))).name).toBe('ValidationException');
    });

    it('know no table that was not made', async () => {
      const { client } = current();
      expect(await named(client.send(new GetItemCommand({ TableName: 'no-such-table', Key: key('a') })))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'Requested resource not found',
      });
      expect(await named(client.send(new DescribeTableCommand({ TableName: 'no-such-table' })))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'Requested resource not found: Table: no-such-table not found',
      });
    });

    it('describe the table as it was made', async () => {
      const { client, table: TableName } = current();
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      expect(Table).toMatchObject({ TableName, TableStatus: 'ACTIVE' });
      expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).toSorted()).toEqual([
        'by-bucket',
        'by-rank',
      ]);
    });
  });
}
