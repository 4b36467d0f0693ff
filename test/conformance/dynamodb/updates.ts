import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, type Item, m, n, refusalOf, s } from './connection.ts';

export function describeUpdates(current: () => Connection): void {
  describe('updates', () => {
    const key = (pk: string) => ({ pk: s(`update-${pk}`), sk: s('a') });
    const put = (pk: string, item: Item) =>
      current().client.send(new PutItemCommand({ TableName: current().table, Item: { ...key(pk), ...item } }));
    const get = async (pk: string) => {
      const { client, table } = current();
      return (await client.send(new GetItemCommand({ TableName: table, Key: key(pk), ConsistentRead: true }))).Item;
    };
    const update = (pk: string, input: Partial<UpdateItemCommandInput>) =>
      current().client.send(new UpdateItemCommand({ TableName: current().table, Key: key(pk), ...input }));

    it('create the item where it is missing, and count from if_not_exists', async () => {
      const count = () =>
        update('counter', {
          UpdateExpression: 'SET hits = if_not_exists(hits, :zero) + :one',
          ExpressionAttributeValues: { ':zero': n(0), ':one': n(1) },
          ReturnValues: 'ALL_NEW',
        });
      expect((await count()).Attributes).toEqual({ ...key('counter'), hits: n(1) });
      expect((await count()).Attributes).toEqual({ ...key('counter'), hits: n(2) });
    });

    it('set, add, subtract and remove in one expression, all from the item as it was', async () => {
      await put('mixed', { a: n(5), b: n(3), gone: s('x') });
      const { Attributes } = await update('mixed', {
        UpdateExpression: 'SET a = b - :two, b = a ADD tally :two REMOVE gone',
        ExpressionAttributeValues: { ':two': n(2) },
        ReturnValues: 'ALL_NEW',
      });
      expect(Attributes).toEqual({ ...key('mixed'), a: n(1), b: n(5), tally: n(2) });
    });

    it('reach into maps, and make and drop one entry without touching its siblings', async () => {
      await put('nested', { open: m({ r1: s('one') }) });
      const names = { '#open': 'open', '#rid': 'req-2.x' };
      await update('nested', {
        UpdateExpression: 'SET #open.#rid = :entry',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':entry': s('two') },
      });
      expect((await get('nested'))?.['open']).toEqual(m({ r1: s('one'), 'req-2.x': s('two') }));
      await update('nested', { UpdateExpression: 'REMOVE #open.#rid', ExpressionAttributeNames: names });
      expect((await get('nested'))?.['open']).toEqual(m({ r1: s('one') }));
      await update('nested', { UpdateExpression: 'REMOVE #open.#rid', ExpressionAttributeNames: names });
      expect((await get('nested'))?.['open']).toEqual(m({ r1: s('one') }));
    });

    it('count inside a map', async () => {
      await put('nested-count', { windows: m({}) });
      const count = () =>
        update('nested-count', {
          UpdateExpression: 'SET #w.#minute = if_not_exists(#w.#minute, :zero) + :one',
          ExpressionAttributeNames: { '#w': 'windows', '#minute': '29351' },
          ExpressionAttributeValues: { ':zero': n(0), ':one': n(1) },
          ReturnValues: 'ALL_NEW',
        });
      await count();
      expect((await count()).Attributes?.['windows']).toEqual(m({ '29351': n(2) }));
    });

    it('refuse a path whose parent is missing, and change nothing', async () => {
      await put('no-parent', { a: n(1) });
      const refusal = await refusalOf(
        update('no-parent', {
          UpdateExpression: 'SET a = :v, nowhere.entry = :v',
          ExpressionAttributeValues: { ':v': n(2) },
        }),
      );
      expect(refusal.name).toBe('ValidationException');
      expect(refusal.message).toBe('The document path provided in the update expression is invalid for update');
      expect((await get('no-parent'))?.['a']).toEqual(n(1));
    });

    it('refuse arithmetic with what is missing or no number', async () => {
      await put('no-number', { words: s('x') });
      const add = (path: string) =>
        refusalOf(
          update('no-number', {
            UpdateExpression: `SET ${path} = ${path} + :v`,
            ExpressionAttributeValues: { ':v': n(1) },
          }),
        );
      expect(await add('absent')).toMatchObject({
        name: 'ValidationException',
        message: 'The provided expression refers to an attribute that does not exist in the item',
      });
      expect(await add('words')).toMatchObject({
        name: 'ValidationException',
        message: 'An operand in the update expression has an incorrect data type',
      });
    });

    it('keep 38 digits exact, through storage and arithmetic', async () => {
      const digits = '12345678901234567890123456789012345678';
      await put('digits', { big: n(digits), nano: n('0.000000001') });
      expect(await get('digits')).toMatchObject({ big: n(digits), nano: n('0.000000001') });
      const { Attributes } = await update('digits', {
        UpdateExpression: 'SET big = big + :one, nano = nano + nano',
        ExpressionAttributeValues: { ':one': n(1) },
        ReturnValues: 'ALL_NEW',
      });
      expect(Attributes?.['big']).toEqual(n('12345678901234567890123456789012345679'));
      expect(Attributes?.['nano']).toEqual(n('0.000000002'));
    });

    it('normalise numbers', async () => {
      await put('normal', { a: n('007.500'), b: n('1e3'), c: n('-0') });
      expect(await get('normal')).toMatchObject({ a: n('7.5'), b: n('1000'), c: n('0') });
    });

    it('add to and take from sets, and drop a set that is empty', async () => {
      await put('sets', { tags: { SS: ['a', 'b'] } });
      const change = (UpdateExpression: string, SS: string[]) =>
        update('sets', { UpdateExpression, ExpressionAttributeValues: { ':v': { SS } }, ReturnValues: 'ALL_NEW' });
      const added = await change('ADD tags :v', ['b', 'c']);
      expect(added.Attributes?.['tags']?.SS?.toSorted()).toEqual(['a', 'b', 'c']);
      const taken = await change('DELETE tags :v', ['a', 'b', 'c']);
      expect(taken.Attributes).toEqual(key('sets'));
    });

    it('append to lists', async () => {
      const append = () =>
        update('list', {
          UpdateExpression: 'SET notes = list_append(if_not_exists(notes, :empty), :entry)',
          ExpressionAttributeValues: { ':empty': { L: [] }, ':entry': { L: [s('x')] } },
          ReturnValues: 'ALL_NEW',
        });
      await append();
      expect((await append()).Attributes?.['notes']).toEqual({ L: [s('x'), s('x')] });
    });

    it('return what they are asked to: old, new, changed, or nothing', async () => {
      const set = async (ReturnValues: UpdateItemCommandInput['ReturnValues']) => {
        await put('returns', { a: n(1), b: n(1) });
        const input = { UpdateExpression: 'SET a = :v', ExpressionAttributeValues: { ':v': n(2) }, ReturnValues };
        return (await update('returns', input)).Attributes;
      };
      expect(await set('ALL_NEW')).toEqual({ ...key('returns'), a: n(2), b: n(1) });
      expect(await set('ALL_OLD')).toEqual({ ...key('returns'), a: n(1), b: n(1) });
      expect(await set('UPDATED_NEW')).toEqual({ a: n(2) });
      expect(await set('UPDATED_OLD')).toEqual({ a: n(1) });
      expect(await set('NONE')).toBeUndefined();
    });

    it('keep every type as it was put', async () => {
      const item: Item = {
        text: s('žluťoučký 🐎\u0000"\\'),
        empty: s(''),
        bytes: { B: Uint8Array.from([0, 255, 7]) },
        yes: { BOOL: true },
        nothing: { NULL: true },
        list: { L: [n(1), s('a'), { L: [] }, m({})] },
        numbers: { NS: ['1'] },
      };
      await put('types', item);
      expect(await get('types')).toEqual({ ...key('types'), ...item });
    });

    it('replace the whole item by put, and return the old one', async () => {
      await put('replaced', { a: n(1) });
      const { client, table } = current();
      const Item = { ...key('replaced'), b: n(2) };
      const answer = await client.send(new PutItemCommand({ TableName: table, Item, ReturnValues: 'ALL_OLD' }));
      expect(answer.Attributes).toEqual({ ...key('replaced'), a: n(1) });
      expect(await get('replaced')).toEqual(Item);
    });

    it('delete once, and return what was there', async () => {
      await put('deleted', { a: n(1) });
      const { client, table } = current();
      const remove = new DeleteItemCommand({ TableName: table, Key: key('deleted'), ReturnValues: 'ALL_OLD' });
      expect((await client.send(remove)).Attributes).toEqual({ ...key('deleted'), a: n(1) });
      expect((await client.send(remove)).Attributes).toBeUndefined();
    });

    it('refuse to change a key', async () => {
      const input = { UpdateExpression: 'SET sk = :v', ExpressionAttributeValues: { ':v': s('b') } };
      const refusal = await refusalOf(update('key', input));
      expect(refusal.message).toBe(
        'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key',
      );
    });
  });
}
