import { describe, expect, it } from 'vitest';
import { expectOwnHeaders } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /.well-known/security.txt', () => {
  it('says whom to tell of a vulnerability, in the format of RFC 9116, without a key', async () => {
    const answer = await send({ path: '/.well-known/security.txt', headers: {} });
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
    });
    expectOwnHeaders(answer);
    const lines = answer.text.split('\r\n');
    expect(lines.pop()).toBe('');
    const fields = lines.map((line) => /^([A-Z][A-Za-z-]+): (\S.*)$/.exec(line)?.slice(1) ?? [line]);
    expect(fields).toEqual([
      ['Contact', 'mailto:security@example.com'],
      ['Expires', expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)],
      ['Preferred-Languages', 'en'],
    ]);
    const [, [, expires = ''] = []] = fields;
    const days = (Date.parse(expires) - Date.now()) / 86_400_000;
    // Required to lie ahead, and advised to be less than a year away.
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(365);
  });
});
