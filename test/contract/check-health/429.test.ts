import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOwnHeaders } from '../../support/expect-error.ts';
import { sendHttp } from '../../support/http-client.ts';
import { productAssembly, startTestStack, type TestStack } from '../../support/local-stack.ts';

/** Enough for what the gateway asks of itself at its start, and little more. */
const burst = 10;

/** The product's own stack, but for the limit of its stage. */
async function limitedAssembly(folder: string): Promise<string> {
  cpSync(await productAssembly(), folder, { recursive: true });
  const [template] = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  const path = join(folder, template ?? '');
  const text = readFileSync(path, 'utf8');
  const limited = text
    .replace(/"ThrottlingBurstLimit": ?\d+/, `"ThrottlingBurstLimit":${burst}`)
    .replace(/"ThrottlingRateLimit": ?\d+/, '"ThrottlingRateLimit":1');
  expect(limited).not.toBe(text);
  writeFileSync(path, limited);
  return folder;
}

describe('more requests than the stage takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-limited-'));
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ assemblyDir: await limitedAssembly(join(folder, 'assembly')) });
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are 429 rate_limit_exceeded, with when to come back', async () => {
    const answers = await Promise.all(
      Array.from({ length: 3 * burst }, () => sendHttp({ url: `${stack.url}/healthz` })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThanOrEqual(burst);
    for (const answer of refused) {
      expect(answer.status).toBe(429);
      expect(answer.json).toEqual({
        error: { message: expect.any(String), type: 'requests', param: null, code: 'rate_limit_exceeded' },
      });
      expect(answer.headers).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '1000' });
      expectOwnHeaders(answer);
    }
  });
});
