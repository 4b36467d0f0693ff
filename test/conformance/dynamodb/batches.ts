import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, n, refusalOf, s } from './connection.ts';

export function describeBatches(current: () => Connection): void {
  describe('batches', () => {
    const key = (sk: string) => ({ pk: s('batch'), sk: s(sk) });
    const write = (requests: object[]) =>
      current().client.send(new BatchWriteItemCommand({ RequestItems: { [current().table]: requests } }));
    const read = (keys: ReturnType<typeof key>[]) =>
      current().client.send(
        new BatchGetItemCommand({ RequestItems: { [current().table]: { Keys: keys, ConsistentRead: true } } }),
      );
    const found = async (...keys: string[]) => {
      const { Responses } = await read(keys.map(key));
      return (Responses?.[current().table] ?? []).map(({ sk }) => sk?.S).toSorted();
    };

    it('put and delete, and read back what is there', async () => {
      await write(['a', 'b'].map((sk) => ({ PutRequest: { Item: { ...key(sk), v: n(1) } } })));
      expect(await found('a', 'b', 'c')).toEqual(['a', 'b']);
      const answer = await write([{ DeleteRequest: { Key: key('a') } }, { PutRequest: { Item: key('c') } }]);
      expect(answer.UnprocessedItems).toEqual({});
      expect(await found('a', 'b', 'c')).toEqual(['b', 'c']);
    });

    it('take 25 writes and 100 reads, and no more', async () => {
      const puts = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ PutRequest: { Item: key(`many-${index}`) } }));
      await write(puts(25));
      expect((await refusalOf(write(puts(26)))).name).toBe('ValidationException');
      const keys = (count: number) => Array.from({ length: count }, (_, index) => key(`many-${index}`));
      expect((await read(keys(100))).Responses?.[current().table]).toHaveLength(25);
      expect((await refusalOf(read(keys(101)))).name).toBe('ValidationException');
    });

    it('refuse the same item twice', async () => {
      expect(
        await refusalOf(write([{ PutRequest: { Item: key('x') } }, { DeleteRequest: { Key: key('x') } }])),
      ).toMatchObject({
        name: 'ValidationException',
        message: 'Provided list of item keys contains duplicates',
      });
    });

    it('write nothing of a batch with an item that does not fit', async () => {
      const bad = [{ PutRequest: { Item: key('good') } }, { PutRequest: { Item: { pk: s('batch') } } }];
      expect((await refusalOf(write(bad))).name).toBe('ValidationException');
      expect(await found('good')).toEqual([]);
    });

    it('tell the capacity that they used', async () => {
      const { client, table: TableName } = current();
      const put = new PutItemCommand({ TableName, Item: key('cap'), ReturnConsumedCapacity: 'TOTAL' });
      expect((await client.send(put)).ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 1 });
      const remove = new DeleteItemCommand({ TableName, Key: key('cap'), ReturnConsumedCapacity: 'TOTAL' });
      expect((await client.send(remove)).ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 1 });
    });
  });
}
