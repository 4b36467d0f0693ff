import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useManagementFunction } from '../support/management-function.ts';
import { type Request, requests, type Targets } from '../support/management-requests.ts';
import { invitePeople } from '../support/people.ts';
import { isSecurityDataHere, readJsonTorture, readNaughtyStrings, readPayloads } from '../support/shared-data.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;
const management = useManagementFunction();
const { call } = management;
const { invite, join } = invitePeople(management);

const errorBody = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

type Answer = Awaited<ReturnType<typeof call>>;

/** A clear answer whatever was sent: never a fault, and an error in its one shape. */
function expectClear({ statusCode, body }: Answer, context: string): void {
  expect(statusCode, context).toBeLessThan(500);
  if (statusCode >= 400) expect(errorBody.safeParse(body).error, context).toBeUndefined();
}

let targets: Targets;
beforeEach(async () => {
  await call('PUT', '/v1/providers/openai/credential', { body: { api_key: 'sk-of-the-account' } });
  const [{ id: userId }, { id: inviteId }, { id: keyId }] = [
    await join('developer'),
    await invite('developer'),
    await management.createKey(),
  ];
  targets = { userId, inviteId, keyId };
});

const operations: readonly (readonly [string, (targets: Targets) => Request])[] = [
  ...Object.entries(requests),
  ['accept-invite', ({ inviteId }) => ['POST', `/v1/organization/invites/${inviteId}/accept`, { token: 'x' }]],
];
/** Those with a body; what would end the target is left out, as one target serves all. */
const withBody = operations.filter(([, request]) => request({ keyId: '', userId: '', inviteId: '' })[2] !== undefined);

/** All of them under proof; else a sample, which is another one for each operation. */
function shareOf<Item>(items: readonly Item[], index: number): readonly Item[] {
  return isProof ? items : items.filter((_, at) => at % 40 === index);
}

test('the lists are here, or it is said that they are not', () => {
  expect(readJsonTorture().length > 300).toBe(isSecurityDataHere);
  expect(readNaughtyStrings().length > 400).toBe(isSecurityDataHere);
});

describe.each(withBody.map(([operation, request], index) => [operation, request, index] as const))(
  '%s',
  (_operation, request, index) => {
    test('answers any body of the JSON torture suite clearly', async () => {
      const [method, path] = request(targets);
      for (const { name, bytes } of shareOf(readJsonTorture(), index)) {
        expectClear(await call(method, path, { body: bytes }), name);
      }
    });

    test('answers a naughty string in any of its fields, as a field and as a body, clearly', async () => {
      const [method, path, body = {}] = request(targets);
      for (const text of shareOf(readNaughtyStrings(), index)) {
        for (const field of Object.keys(body)) {
          expectClear(await call(method, path, { body: { ...body, [field]: text } }), JSON.stringify(text));
        }
        expectClear(await call(method, path, { body: { ...body, [text]: 1 } }), JSON.stringify(text));
        expectClear(await call(method, path, { body: text }), JSON.stringify(text));
      }
    });

    test('answers values of every type in every field clearly', async () => {
      const [method, path, body = {}] = request(targets);
      const values = [
        null,
        true,
        0,
        -1,
        1e308,
        '',
        'x'.repeat(10_000),
        [],
        [[]],
        {},
        { a: { b: {} } },
        ['\ud800'],
        '\0',
      ];
      for (const field of Object.keys(body)) {
        for (const value of values) {
          expectClear(await call(method, path, { body: { ...body, [field]: value } }), JSON.stringify(value));
        }
      }
    });
  },
);

describe('no answer says a secret back', () => {
  const secrets = () => [
    management.account.masterKey,
    'sk-proj-Zx8canaryZx8canaryZx8canaryZx8canaryZx8canary',
    `ask_invite_${'c'.repeat(16)}_${'S'.repeat(38)}`,
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ];

  test.each(operations)(
    '%s: not one put where a field, a value, an id, a query or a header belongs',
    async (_name, request) => {
      for (const secret of isProof ? secrets() : secrets().slice(0, 2)) {
        const [method, path, body] = request(targets);
        const calls = [
          { path, body: body && { ...body, [secret]: 'x' } },
          { path, body: body && { ...body, extra: secret } },
          { path, body: body && { ...body, metadata: { [secret]: 1 } } },
          { path, body: body && `{"${secret}` },
          { path, body: body && { ...body, grace_period: secret, role: secret, permissions: [secret], token: secret } },
          { path, body, headers: { 'if-match': secret } },
          { path, body, query: { [secret]: secret } },
          { path: path.replace(/[^/]+$/, encodeURIComponent(secret)), body },
        ];
        for (const attempt of calls) {
          const answer = await call(method, attempt.path, attempt);
          expectClear(answer, JSON.stringify(attempt));
          // A success shows what was stored, a name among it; a refusal shows nothing of what was sent.
          if (answer.statusCode >= 400) expect(JSON.stringify(answer), JSON.stringify(attempt)).not.toContain(secret);
        }
      }
      expect(management.output).toBe('');
    },
  );

  test('not even the key that was presented', async () => {
    for (const secret of secrets().slice(1)) {
      const places: Record<string, string>[] = [{ authorization: `Bearer ${secret}` }, { 'x-api-key': secret }];
      for (const headers of places) {
        const answer = await call('GET', '/v1/keys', { key: undefined, headers });
        expect(answer).toMatchObject({ statusCode: 401 });
        expect(JSON.stringify(answer)).not.toContain(secret);
      }
    }
  });
});

describe('hostile requests', () => {
  test('with any payload for an id, a query or a header get a clear answer', async () => {
    const lists = [readPayloads('crlf'), readPayloads('path_traversal'), readPayloads('ssrf_urls')];
    const payloads = lists.flat().filter((_, at) => isProof || at % 20 === 0);
    for (const text of payloads) {
      for (const path of [`/v1/keys/${text}`, `/v1/organization/users/${text}`, `/v1/providers/${text}/credential`]) {
        expectClear(await call('GET', path), path);
      }
      const headers = { origin: text, referer: text, 'if-match': text, 'x-portcullis-environment': text };
      expectClear(await call('PATCH', `/v1/keys/${targets.keyId}`, { headers, body: { name: 'x' } }), text);
      expectClear(await call('GET', '/v1/keys', { query: { after: text, limit: text } }), text);
    }
  });

  test('no origin of the redirect lists gets by a key’s domains', async () => {
    const { key } = await management.createKey({
      name: 'k',
      allowed_domains: ['*.allowed.example', 'allowed.example'],
    });
    for (const text of readPayloads('open_redirect_payloads')) {
      const places: Record<string, string>[] = [{ origin: text }, { referer: text }];
      for (const headers of places) {
        const answer = await call('GET', '/v1/key', { key, headers });
        expect(answer, text).toMatchObject({ statusCode: 403, body: { error: { code: 'origin_not_allowed' } } });
      }
    }
  });

  test('by a method that a route does not take get a 404', async () => {
    for (const method of ['HEAD', 'TRACE', 'CONNECT', 'get', 'GET /v1/keys']) {
      expect((await call(method, '/v1/keys')).statusCode).toBe(404);
    }
  });
});
