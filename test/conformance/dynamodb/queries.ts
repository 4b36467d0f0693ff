import {
  BatchWriteItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Connection, type Item, n, refusalOf, s } from './connection.ts';

export function describeQueries(current: () => Connection): void {
  describe('queries', () => {
    const count = 60;
    const entry = (index: number): Item => ({
      pk: s('query'),
      sk: s(`${index % 2 === 0 ? 'even' : 'odd'}#${String(index).padStart(3, '0')}`),
      group: s('query-group'),
      rank: n(index - 20),
      bucket: s('query-bucket'),
      padding: s('x'.repeat(100)),
    });
    const query = (input: Partial<QueryCommandInput>) =>
      current().client.send(new QueryCommand({ TableName: current().table, ...input }));
    const pages = async (input: Partial<QueryCommandInput>) => {
      const found: Item[] = [];
      let pageCount = 0;
      let ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'];
      do {
        const page = await query({ ...input, ExclusiveStartKey });
        found.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
        pageCount += 1;
      } while (ExclusiveStartKey !== undefined);
      return { found, pageCount };
    };
    const sorts = (items: readonly Item[] | undefined) => (items ?? []).map(({ sk }) => sk?.S);
    const ranks = (items: readonly Item[] | undefined) => (items ?? []).map(({ rank }) => Number(rank?.N));
    const partition = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': s('query') } };
    const byRank = {
      IndexName: 'by-rank',
      KeyConditionExpression: '#group = :group',
      ExpressionAttributeNames: { '#group': 'group' },
      ExpressionAttributeValues: { ':group': s('query-group') },
    };
    const byBucket = {
      IndexName: 'by-bucket',
      KeyConditionExpression: '#bucket = :bucket',
      ExpressionAttributeNames: { '#bucket': 'bucket' },
      ExpressionAttributeValues: { ':bucket': s('query-bucket') },
    };

    beforeAll(async () => {
      const { client, table } = current();
      const requests = Array.from({ length: count }, (_, index) => ({ PutRequest: { Item: entry(index) } }));
      for (let from = 0; from < count; from += 25) {
        const RequestItems = { [table]: requests.slice(from, from + 25) };
        await client.send(new BatchWriteItemCommand({ RequestItems }));
      }
    });

    it('find a partition in the order of its sort key, and backwards', async () => {
      const forwards = sorts((await query(partition)).Items);
      expect(forwards).toHaveLength(count);
      expect(forwards).toEqual(forwards.toSorted());
      const backwards = sorts((await query({ ...partition, ScanIndexForward: false })).Items);
      expect(backwards).toEqual(forwards.toReversed());
    });

    it.each([7, 30, 60, 61])('page by %i without losing or repeating an item, both ways', async (Limit) => {
      for (const ScanIndexForward of [true, false]) {
        for (const input of [partition, byRank, byBucket]) {
          const { found, pageCount } = await pages({ ...input, Limit, ScanIndexForward });
          expect(new Set(sorts(found)).size, input.KeyConditionExpression).toBe(count);
          expect(found).toHaveLength(count);
          expect(pageCount).toBeGreaterThanOrEqual(Math.ceil(count / Limit));
        }
      }
    });

    it('select by prefix, range and comparison of the sort key', async () => {
      const where = async (condition: string, more: Item) => {
        const ExpressionAttributeValues = { ...partition.ExpressionAttributeValues, ...more };
        return sorts(
          (await query({ KeyConditionExpression: `pk = :pk AND ${condition}`, ExpressionAttributeValues })).Items,
        );
      };
      expect(await where('begins_with(sk, :p)', { ':p': s('even#') })).toHaveLength(30);
      expect(await where('begins_with(sk, :p)', { ':p': s('even#00') })).toHaveLength(5);
      expect(await where('begins_with(sk, :p)', { ':p': s('even#004') })).toEqual(['even#004']);
      expect(await where('sk BETWEEN :a AND :b', { ':a': s('even#004'), ':b': s('even#008') })).toEqual([
        'even#004',
        'even#006',
        'even#008',
      ]);
      expect(await where('sk < :a', { ':a': s('even#004') })).toEqual(['even#000', 'even#002']);
      expect(await where('sk <= :a', { ':a': s('even#004') })).toEqual(['even#000', 'even#002', 'even#004']);
      expect(await where('sk > :a', { ':a': s('odd#055') })).toEqual(['odd#057', 'odd#059']);
      expect(await where('sk >= :a', { ':a': s('odd#057') })).toEqual(['odd#057', 'odd#059']);
      expect(await where('sk = :a', { ':a': s('odd#057') })).toEqual(['odd#057']);
    });

    it('order an index by number, negative ones too', async () => {
      const all = ranks((await query(byRank)).Items);
      expect(all).toEqual(Array.from({ length: count }, (_, index) => index - 20));
      const between = await query({
        ...byRank,
        KeyConditionExpression: '#group = :group AND #rank BETWEEN :a AND :b',
        ExpressionAttributeNames: { ...byRank.ExpressionAttributeNames, '#rank': 'rank' },
        ExpressionAttributeValues: { ...byRank.ExpressionAttributeValues, ':a': n(-2), ':b': n(2) },
      });
      expect(ranks(between.Items)).toEqual([-2, -1, 0, 1, 2]);
    });

    it('project an index of keys to the keys alone', async () => {
      const [first] = (await query({ ...byBucket, Limit: 1 })).Items ?? [];
      expect(Object.keys(first ?? {}).toSorted()).toEqual(['bucket', 'pk', 'sk']);
    });

    it('do not find an item in an index once it has left it', async () => {
      const { client, table: TableName } = current();
      const Key = { pk: s('query-mover'), sk: s('a') };
      await client.send(new PutItemCommand({ TableName, Item: { ...Key, bucket: s('here') } }));
      const inBucket = async (bucket: string) =>
        (await query({ ...byBucket, ExpressionAttributeValues: { ':bucket': s(bucket) } })).Count;
      expect(await inBucket('here')).toBe(1);
      const ExpressionAttributeNames = { '#bucket': 'bucket' };
      const values = { ':there': s('there') };
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #bucket = :there',
          ExpressionAttributeNames,
          ExpressionAttributeValues: values,
        }),
      );
      expect([await inBucket('here'), await inBucket('there')]).toEqual([0, 1]);
      await client.send(
        new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE #bucket', ExpressionAttributeNames }),
      );
      expect(await inBucket('there')).toBe(0);
    });

    it('keep apart any number of items with the same index keys', async () => {
      const { client, table } = current();
      const total = 500;
      const requests = Array.from({ length: total }, (_, index) => ({
        PutRequest: { Item: { pk: s(`query-crowd-${index}`), sk: s('a'), bucket: s('crowd') } },
      }));
      for (let from = 0; from < total; from += 25) {
        await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests.slice(from, from + 25) } }));
      }
      const crowd = { ...byBucket, ExpressionAttributeValues: { ':bucket': s('crowd') } };
      const { found } = await pages({ ...crowd, Limit: 150 });
      expect(new Set(found.map(({ pk }) => pk?.S)).size).toBe(total);
      expect(found).toHaveLength(total);
    });

    it('filter after reading, and count', async () => {
      const filtered = await query({
        ...partition,
        FilterExpression: '#rank >= :r AND size(padding) > :p',
        ExpressionAttributeNames: { '#rank': 'rank' },
        ExpressionAttributeValues: { ...partition.ExpressionAttributeValues, ':r': n(35), ':p': n(10) },
      });
      expect([filtered.Count, filtered.ScannedCount]).toEqual([5, count]);
      const counted = await query({ ...partition, Select: 'COUNT' });
      expect([counted.Count, counted.Items]).toEqual([count, undefined]);
      const projected = await query({ ...partition, ProjectionExpression: 'sk', Limit: 1 });
      expect(projected.Items).toEqual([{ sk: s('even#000') }]);
    });

    it('scan the whole table in segments, each item once', async () => {
      const { client, table } = current();
      const found = new Set<string | undefined>();
      let read = 0;
      for (const Segment of [0, 1, 2]) {
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await client.send(
            new ScanCommand({
              TableName: table,
              Segment,
              TotalSegments: 3,
              ExclusiveStartKey,
              FilterExpression: 'begins_with(pk, :p)',
              ExpressionAttributeValues: { ':p': s('query-crowd-') },
            }),
          );
          for (const { pk } of page.Items ?? []) found.add(pk?.S);
          read += page.Count ?? 0;
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
      }
      expect([found.size, read]).toEqual([500, 500]);
    });

    it('refuse a consistent read of an index, an unknown index, and a condition without the partition', async () => {
      expect(await refusalOf(query({ ...byRank, ConsistentRead: true }))).toMatchObject({
        name: 'ValidationException',
        message: 'Consistent reads are not supported on global secondary indexes',
      });
      expect(await refusalOf(query({ ...byRank, IndexName: 'none' }))).toMatchObject({
        name: 'ValidationException',
        message: 'The table does not have the specified index: none',
      });
      const withoutPartition = { KeyConditionExpression: 'sk = :sk', ExpressionAttributeValues: { ':sk': s('a') } };
      expect(await refusalOf(query(withoutPartition))).toMatchObject({
        name: 'ValidationException',
        message: 'Query condition missed key schema element: pk',
      });
    });
  });
}
