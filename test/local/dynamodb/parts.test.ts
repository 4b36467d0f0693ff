import type { LevelOperation } from 'dynalite/db/index.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../local/dynamodb/group-commit.ts';
import { sizeOfItem } from '../../../local/dynamodb/item-size.ts';
import { KeyLocks } from '../../../local/dynamodb/key-locks.ts';

const turn = () => new Promise<void>((done) => setImmediate(done));

describe('locks', () => {
  it('never let two holders of one name run at once, and let every one run, whatever they hold', async () => {
    const holders = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(holders, async (all) => {
        const locks = new KeyLocks();
        const held = new Set<string>();
        let ran = 0;
        await Promise.all(
          all.map((names) =>
            locks.hold(names, async () => {
              for (const name of new Set(names)) {
                expect(held.has(name)).toBe(false);
                held.add(name);
              }
              await turn();
              for (const name of names) held.delete(name);
              ran += 1;
            }),
          ),
        );
        expect(ran).toBe(all.length);
      }),
    );
  });

  it('do not make one wait who holds other names', async () => {
    const locks = new KeyLocks();
    const { promise: forever } = Promise.withResolvers<void>();
    void locks.hold(['a'], () => forever);
    expect(await locks.hold(['b'], async () => 'ran')).toBe('ran');
  });

  it('are free again after work that failed', async () => {
    const locks = new KeyLocks();
    const failing = locks.hold(['a', 'b'], async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await locks.hold(['b', 'a'], async () => 'ran')).toBe('ran');
  });
});

describe('group commit', () => {
  const put = (key: string): LevelOperation => ({ type: 'put', key, value: key });
  const keysOf = (operations: readonly LevelOperation[]) => operations.map(({ key }) => key).join('');

  it('writes in the order of the calls, one batch at a time, and gathers what comes meanwhile', async () => {
    const batches: string[] = [];
    let writing = 0;
    const commits = new GroupCommit({
      async batch(operations) {
        writing += 1;
        expect(writing).toBe(1);
        await turn();
        batches.push(keysOf(operations));
        writing -= 1;
      },
    });
    await Promise.all(['a', 'b', 'c'].map((key) => commits.commit([put(key)])));
    await commits.commit([put('d'), put('e')]);
    expect(batches).toEqual(['a', 'bc', 'de']);
  });

  it('tells those whose batch failed, and goes on with the next', async () => {
    const stored: string[] = [];
    const commits = new GroupCommit({
      async batch(operations) {
        await turn();
        if (keysOf(operations).includes('x')) throw new Error('disk full');
        stored.push(keysOf(operations));
      },
    });
    const outcomes = await Promise.allSettled(['a', 'x', 'b'].map((key) => commits.commit([put(key)])));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await commits.commit([put('c')]);
    expect(stored).toEqual(['a', 'c']);
  });
});

describe('the size of an item', () => {
  it.each([
    [{}, 0],
    [{ pk: { S: 'abc' } }, 5],
    [{ é: { S: '€🐎' } }, 9],
    [{ a: { B: 'AAEC' } }, 4],
    [{ a: { BOOL: true } }, 2],
    [{ a: { NULL: true } }, 2],
    [{ a: { N: '12' } }, 3],
    [{ a: { N: '-123' } }, 5],
    [{ a: { N: '1000' } }, 3],
    [{ a: { SS: ['ab', 'c'] } }, 4],
    [{ a: { L: [] } }, 4],
    [{ a: { M: { b: { S: 'cd' } } } }, 8],
  ])('%j is %i bytes', (item, bytes) => {
    expect(sizeOfItem(item)).toBe(bytes);
  });
});
