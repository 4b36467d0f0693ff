import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runOperatorCli } from '../../bin/operator/run-operator-cli.ts';
import { formatNoteKey } from '../../lambdas/domain/audit/signed-note.ts';
import { createNoteSigner, growAuditWorld, randomFrom, sha256 } from '../support/audit-world.ts';

const signer = createNoteSigner('portcullis-test/us-east-1/000000000000');
const world = growAuditWorld(signer, randomFrom(11), 0);
const events = world.chains.get('acct_one') ?? [];
const key = formatNoteKey(signer.key, sha256);
const linesOf = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('portcullis audit verify', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-audit-'));
    await writeFile(at('log'), linesOf(events));
    await writeFile(
      at('edited'),
      linesOf(events.map((event, index) => (index === 2 ? { ...event, extra: 1 } : event))),
    );
    await writeFile(at('cut'), linesOf(events.slice(0, -1)));
    await writeFile(at('no-json'), `${linesOf(events.slice(0, 2))}{"secret`);
    await writeFile(at('checkpoints'), linesOf(world.checkpoints));
    await writeFile(at('key'), `${key}\n`);
    const x = Buffer.from(signer.key.publicKey).toString('base64url');
    const jwk = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    await writeFile(at('key.pem'), jwk.export({ type: 'spki', format: 'pem' }));
    await mkdir(at('archive'));
    for (const [index, { note, heads }] of world.checkpoints.entries()) {
      const number = String(index + 1).padStart(12, '0');
      const root = Buffer.from(note.split('\n')[2] ?? '', 'base64').toString('base64url');
      await writeFile(at(`archive/${number}.note`), note);
      await writeFile(at(`archive/${number}.${root}.heads`), heads.map((line) => `${line}\n`).join(''));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(...args: readonly string[]) {
    const written: string[] = [];
    const told: string[] = [];
    const exitCode = await runOperatorCli(['audit', 'verify', ...args], {
      variables: {},
      stdin: Readable.from([]),
      write: (text) => written.push(text),
      tell: (text) => told.push(text),
      fetch: () => Promise.reject(new Error('it reads files alone')),
    });
    return { exitCode, written: written.join(''), told: told.join('') };
  }

  test('a good log is good, and how far that goes is said', async () => {
    const { exitCode, written } = await run(at('log'));
    expect(exitCode).toBe(0);
    expect(written).toContain(`events    ${events.length}`);
    expect(written).toContain('not looked at');
  });

  test.each(['checkpoints', 'archive'])('with the checkpoints of the %s, by the key, its file or PEM', async (from) => {
    for (const publicKey of [key, at('key'), at('key.pem')]) {
      const { exitCode, written } = await run(at('log'), '--checkpoints', at(from), '--public-key', publicKey);
      expect(exitCode).toBe(0);
      expect(written).toContain(`attested  ${events.length} of them, by ${world.checkpoints.length} checkpoints`);
    }
  });

  test('the first broken link is named, for people and for scripts', async () => {
    expect(await run(at('edited'))).toMatchObject({ exitCode: 5, told: expect.stringContaining('event 3') });
    const { exitCode, written } = await run(at('edited'), '--json');
    expect(exitCode).toBe(5);
    expect(JSON.parse(written)).toEqual({ account: 'acct_one', ok: false, where: 'event', place: 3, fault: 'edited' });
  });

  test('a cut tail shows by the checkpoints alone', async () => {
    expect((await run(at('cut'))).exitCode).toBe(0);
    const signed = ['--checkpoints', at('checkpoints'), '--public-key', key];
    expect(await run(at('cut'), ...signed)).toMatchObject({
      exitCode: 5,
      told: expect.stringContaining(`event ${events.length}: a checkpoint vouches for it, and it is missing`),
    });
  });

  test("another account's log, another key, and checkpoints that end too early are refused", async () => {
    expect((await run(at('log'), '--account', 'acct_two')).exitCode).toBe(5);
    const other = formatNoteKey(createNoteSigner(signer.key.name).key, sha256);
    expect(await run(at('log'), '--checkpoints', at('checkpoints'), '--public-key', other)).toMatchObject({
      exitCode: 5,
      told: expect.stringContaining('checkpoint 1: it is not signed by that key'),
    });
    const signed = ['--checkpoints', at('checkpoints'), '--public-key', key];
    expect((await run(at('log'), ...signed, '--as-of', '2099-01-01T00:00:00Z')).exitCode).toBe(5);
  });

  test.each([
    ['a file that is not there', ['nowhere']],
    ['checkpoints without a key', ['log', '--checkpoints', 'checkpoints']],
    ['a key without checkpoints', ['log', '--public-key', 'key']],
    ['a key that is none', ['log', '--checkpoints', 'checkpoints', '--public-key', 'log']],
    ['checkpoints that are none', ['log', '--checkpoints', 'log', '--public-key', 'key']],
    ['a time that is none', ['log', '--checkpoints', 'checkpoints', '--public-key', 'key', '--as-of', 'soon']],
    ['a line that is no JSON', ['no-json']],
  ])('%s is wrong usage, and nothing of it is shown', async (_name, args) => {
    const paths = args.map((arg) => (arg.startsWith('--') || arg === 'soon' ? arg : at(arg)));
    const { exitCode, told } = await run(...paths);
    expect(exitCode).toBe(2);
    expect(told).not.toContain('secret');
  });
});
