import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureFirstAccount, storeProviderCredentials } from '../../../local/operator/first-account.ts';
import type { OperatorClient } from '../../../local/operator/operator-client.ts';
import { ensureOperatorCredentials } from '../../../local/operator/operator-credentials.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
});
afterEach(() => rm(folder, { recursive: true }));

function operatorThatAnswers(status: number) {
  const calls: unknown[] = [];
  const client: OperatorClient = async (...call) => {
    calls.push(call);
    return { status, body: { object: 'account', id: `acct_${calls.length}`, key: { id: 'k', key: 'ask_secret' } } };
  };
  return { client, calls };
}

describe('the first account', () => {
  test('is created once, and its key is kept nowhere', async () => {
    const path = join(folder, 'state.json');
    const { client, calls } = operatorThatAnswers(201);
    expect(await ensureFirstAccount(path, client)).toEqual({ accountId: 'acct_1', masterKey: 'ask_secret' });
    expect(await ensureFirstAccount(path, client)).toEqual({ accountId: 'acct_1' });
    expect(calls).toEqual([['POST', '/admin/accounts', { name: 'local', plan: 'enterprise' }]]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ accountId: 'acct_1' });
  });

  test('after a crash before it was remembered, another is created, with a key to show', async () => {
    const { client } = operatorThatAnswers(201);
    await ensureFirstAccount(join(folder, 'lost.json'), client);
    expect(await ensureFirstAccount(join(folder, 'state.json'), client)).toEqual({
      accountId: 'acct_2',
      masterKey: 'ask_secret',
    });
  });

  test('that is refused stops the start, and nothing is remembered', async () => {
    const path = join(folder, 'state.json');
    await expect(ensureFirstAccount(path, operatorThatAnswers(503).client)).rejects.toThrow(/answered 503/);
    await expect(readFile(path)).rejects.toThrow(/ENOENT/);
  });
});

describe('provider credentials', () => {
  test('go to the operator route of their provider', async () => {
    const { client, calls } = operatorThatAnswers(200);
    await storeProviderCredentials(new Map([['openai', 'sk-1']]), client);
    expect(calls).toEqual([['PUT', '/admin/providers/openai/credential', { api_key: 'sk-1' }]]);
  });

  test('that are refused stop the start by name, without showing the secret', async () => {
    const stored = storeProviderCredentials(new Map([['openai', 'sk-1']]), operatorThatAnswers(400).client);
    await expect(stored).rejects.toThrow(/^The credential of openai could not be stored: the gateway answered 400\.$/);
  });
});

test('operator credentials are made once, and only the address changes', async () => {
  const path = join(folder, 'operator-credentials.json');
  const randomBytes = (size: number) => Buffer.alloc(size, 7);
  const first = await ensureOperatorCredentials({ path, url: 'http://127.0.0.1:1', randomBytes });
  const second = await ensureOperatorCredentials({
    path,
    url: 'http://127.0.0.1:2',
    randomBytes: () => Buffer.alloc(30, 9),
  });
  expect(second).toEqual({ ...first, url: 'http://127.0.0.1:2' });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(second);
  expect(first.accessKeyId).toMatch(/^LOCALOPERATOR[0-9A-F]{8}$/);
});
