import { GetItemCommand, PutItemCommand, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, m, n, refusalOf, s } from './connection.ts';

export function describeConcurrency(current: () => Connection): void {
  describe('concurrency', () => {
    const key = (pk: string) => ({ pk: s(`race-${pk}`), sk: s('a') });
    const get = async (pk: string) => {
      const { client, table } = current();
      return (await client.send(new GetItemCommand({ TableName: table, Key: key(pk), ConsistentRead: true }))).Item;
    };
    /** Runs `work` for 0 … total-1, this many at a time. */
    const storm = async (total: number, atOnce: number, work: (index: number) => Promise<void>) => {
      let next = 0;
      const worker = async () => {
        while (next < total) {
          const index = next;
          next += 1;
          await work(index);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    };

    it('of 1,000 conditional increments stops exactly at the cap, and each one sees its own count', async () => {
      const { client, table: TableName } = current();
      const cap = 600;
      const seen: number[] = [];
      let refused = 0;
      await storm(1000, 64, async () => {
        const command = new UpdateItemCommand({
          TableName,
          Key: key('cap'),
          UpdateExpression: 'SET hits = if_not_exists(hits, :zero) + :one',
          ConditionExpression: 'attribute_not_exists(hits) OR hits <= :room',
          ExpressionAttributeValues: { ':zero': n(0), ':one': n(1), ':room': n(cap - 1) },
          ReturnValues: 'ALL_NEW',
        });
        await client.send(command).then(
          ({ Attributes }) => seen.push(Number(Attributes?.['hits']?.N)),
          ({ name }: Error) => {
            expect(name).toBe('ConditionalCheckFailedException');
            refused += 1;
          },
        );
      });
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cap }, (_, index) => index + 1));
      expect(refused).toBe(1000 - cap);
      expect((await get('cap'))?.['hits']).toEqual(n(cap));
    });

    it('of reservations on one item keeps the cap and the slots, and settles each once', async () => {
      const { client, table: TableName } = current();
      const Item = { ...key('ledger'), committed: n(0), open: m({}) };
      await client.send(new PutItemCommand({ TableName, Item }));
      const names = (index: number) => ({ '#open': 'open', '#rid': `req-${index}` });
      let spent = 0;
      let highest = 0;
      await storm(300, 32, async (index) => {
        const reserve = new UpdateItemCommand({
          TableName,
          Key: key('ledger'),
          UpdateExpression: 'SET #open.#rid = :entry, committed = committed + :amount',
          ConditionExpression: 'committed <= :room AND size(#open) < :slots AND attribute_not_exists(#open.#rid)',
          ExpressionAttributeNames: names(index),
          ExpressionAttributeValues: { ':entry': s('10'), ':amount': n(10), ':room': n(990), ':slots': n(16) },
          ReturnValues: 'ALL_NEW',
        });
        const reserved = await client.send(reserve).catch(() => undefined);
        if (reserved === undefined) return;
        highest = Math.max(highest, Object.keys(reserved.Attributes?.['open']?.M ?? {}).length);
        const actual = index % 10;
        const settle = () =>
          new UpdateItemCommand({
            TableName,
            Key: key('ledger'),
            UpdateExpression: 'SET committed = committed - :back REMOVE #open.#rid',
            ConditionExpression: 'attribute_exists(#open.#rid)',
            ExpressionAttributeNames: names(index),
            ExpressionAttributeValues: { ':back': n(10 - actual) },
          });
        await client.send(settle());
        spent += actual;
        expect((await refusalOf(client.send(settle()))).name).toBe('ConditionalCheckFailedException');
      });
      expect(highest).toBeLessThanOrEqual(16);
      expect(await get('ledger')).toEqual({ ...key('ledger'), committed: n(spent), open: m({}) });
    });

    it('of transactions and plain writes on the same items loses neither', async () => {
      const { client, table: TableName } = current();
      const increment = (pk: string) => ({
        TableName,
        Key: key(pk),
        UpdateExpression: 'ADD hits :one',
        ExpressionAttributeValues: { ':one': n(1) },
      });
      // The service answers a conflict where the emulation waits, so a conflict is tried again.
      const persist = async (work: () => Promise<unknown>): Promise<void> => {
        const outcome = await work().catch((error: unknown) => error);
        if (!(outcome instanceof Error)) return;
        expect(outcome.name).toMatch(/^Transaction(Conflict|Canceled)Exception$/);
        await persist(work);
      };
      await storm(200, 16, async (index) => {
        const TransactItems = ['x', 'y', 'z'].map((pk) => ({ Update: increment(pk) }));
        if (index % 2 === 0) await persist(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
        else await persist(() => client.send(new UpdateItemCommand(increment('y'))));
      });
      const hits = async (pk: string) => Number((await get(pk))?.['hits']?.N);
      expect([await hits('x'), await hits('y'), await hits('z')]).toEqual([100, 200, 100]);
    });
  });
}
