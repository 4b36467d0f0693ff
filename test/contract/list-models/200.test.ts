import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

const modelList = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z][a-z0-9-]*\/\S+$/),
      object: z.literal('model'),
      created: z.int(),
      owned_by: z.string(),
    }),
  ),
});

describe('GET /v1/models', () => {
  it('lists what can be called now, in OpenAI’s shape', async () => {
    const answer = await send({ path: '/v1/models' });
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    const { data } = modelList.parse(answer.json);
    const ids = data.map(({ id }) => id);
    expect(ids).toContain('openai/gpt-5-mini');
    expect(ids).toContain('demo/echo');
    expect(new Set(ids).size).toBe(ids.length);
    expect(data.every(({ id, owned_by }) => id.startsWith(`${owned_by}/`))).toBe(true);
  });

  it('leaves out the models of a provider without a credential', async () => {
    const { data } = modelList.parse((await send({ path: '/v1/models' })).json);
    expect(data.filter(({ owned_by }) => owned_by === 'groq')).toEqual([]);
  });

  it('is not moved by a query string', async () => {
    const [plain, asked] = await Promise.all([send({ path: '/v1/models' }), send({ path: '/v1/models?limit=1' })]);
    expect(asked.text).toBe(plain.text);
  });
});
