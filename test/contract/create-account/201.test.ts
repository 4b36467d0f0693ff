import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { send, sendAsOperator } from '../../support/gateway.ts';

const created = z.strictObject({
  object: z.literal('account'),
  id: z.string().regex(/^acct_[0-9A-Za-z]{16}$/),
  name: z.string(),
  plan: z.string(),
  status: z.literal('active'),
  created_at: z.int(),
  member_count: z.literal(0),
  recoverable_keys: z.literal(false),
  max_budget: z.string().nullable(),
  budget_duration: z.enum(['none', 'daily', 'weekly', 'monthly']),
  rpm_limit: z.int().nullable(),
  tpm_limit: z.int().nullable(),
  max_parallel_requests: z.int().nullable(),
  key: z.strictObject({
    object: z.literal('api_key'),
    id: z.string().regex(/^[0-9A-Za-z]{12}$/),
    name: z.string(),
    type: z.literal('master'),
    key: z.string().regex(/^ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/),
    last4: z.string().length(4),
    created_at: z.int(),
  }),
});

describe('POST /admin/accounts', () => {
  it('makes an account whose key works at once', async () => {
    const answer = await sendAsOperator({ path: '/admin/accounts', body: { name: 'Team Ä', plan: 'startup' } });
    expect(answer.status).toBe(201);
    expectJson(answer);
    expectOwnHeaders(answer);
    const account = created.parse(answer.json);
    expect(account).toMatchObject({ name: 'Team Ä', plan: 'startup', key: { last4: account.key.key.slice(-4) } });
    const models = await send({ path: '/v1/models', headers: { authorization: `Bearer ${account.key.key}` } });
    expect(models.status).toBe(200);
  });

  it('gives each account its own id and key, whatever it is called', async () => {
    const call = { path: '/admin/accounts', body: { name: 'twin' } };
    const answers = await Promise.all([sendAsOperator(call), sendAsOperator(call)]);
    const [first, second] = answers.map(({ json }) => created.parse(json));
    expect(first?.plan).toBe('free');
    expect(first?.id).not.toBe(second?.id);
    expect(first?.key.key).not.toBe(second?.key.key);
  });
});
