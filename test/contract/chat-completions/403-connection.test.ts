import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const client = createLedgerClient(gateway);
afterAll(() => client.stop());

const chat = (key: string, headers: Readonly<Record<string, string>> = {}) =>
  client.chat(key, { model: 'demo/echo', messages }, { headers });

describe('POST /v1/chat/completions with a key that is bound to', () => {
  it('domains is refused from anywhere else, also from no page at all', async () => {
    const { key } = await client.createKey({ allowed_domains: ['*.example.com', 'localhost:3000'] });
    const strangers: Record<string, string>[] = [
      {},
      ...['null', 'https://example.com', 'https://evil-example.com'].map((origin) => ({ origin })),
    ];
    for (const headers of strangers) {
      expectRefusal(await chat(key, headers), { status: 403, code: 'origin_not_allowed', param: null });
    }
    expect((await chat(key, { origin: 'https://app.example.com' })).status).toBe(200);
    expect((await chat(key, { referer: 'http://localhost:3000/page' })).status).toBe(200);
  });

  it('addresses is refused from any other, whatever the headers claim', async () => {
    const { id, key } = await client.createKey({ allowed_ips: ['198.51.100.0/24'] });
    const forged = { 'x-forwarded-for': '198.51.100.1', 'x-real-ip': '198.51.100.1' };
    expectRefusal(await chat(key, forged), { status: 403, code: 'ip_not_allowed', param: null });
    const patch = { allowed_ips: ['127.0.0.0/8', '::1/128'] };
    const path = `/v1/keys/${id}`;
    expect((await client.call({ key: gateway.masterKey, method: 'PATCH', path, body: patch })).status).toBe(200);
    expect((await chat(key)).status).toBe(200);
  });

  it('permissions that calling models is not among is refused', async () => {
    const { key } = await client.createKey({ permissions: ['keys.read'] });
    expectRefusal(await chat(key), { status: 403, code: 'permission_denied', param: null });
    expect((await client.call({ key, path: '/v1/keys' })).status).toBe(200);
  });

  it('an environment is refused where the request names another', async () => {
    const { key } = await client.createKey({ environment: 'production' });
    const named = (environment: string) => chat(key, { 'x-portcullis-environment': environment });
    expectRefusal(await named('staging'), { status: 403, code: 'permission_denied', param: null });
    expect((await named('production')).status).toBe(200);
  });
});
