import { randomBytes } from 'node:crypto';
import { describe, it } from 'vitest';
import { expectRefusal } from '../support/expect-error.ts';
import { gateway, sendAsOperator } from '../support/gateway.ts';
import { sendHttp } from '../support/http-client.ts';
import { type OperatorCall, readOperatorKeys } from '../support/operator.ts';

const denied = { status: 403, code: 'permission_denied', param: null } as const;

/** What every operator's route does with callers whom IAM does not let in. `call` would succeed. */
export function describeOperatorAccess(call: Pick<OperatorCall, 'method' | 'path' | 'body'>): void {
  describe('without the operator’s signature', () => {
    it('is not allowed with a secret that is wrong', async () => {
      const keys = { ...readOperatorKeys(gateway.dataDir), secretAccessKey: randomBytes(30).toString('base64url') };
      expectRefusal(await sendAsOperator({ ...call, keys }), denied);
    });

    it('is not allowed for an unknown caller', async () => {
      const keys = { ...readOperatorKeys(gateway.dataDir), accessKeyId: 'AKIAUNKNOWN' };
      expectRefusal(await sendAsOperator({ ...call, keys }), denied);
    });

    it.each([
      ['an hour old', -3_600_000],
      ['of an hour hence', 3_600_000],
    ])('is not allowed with a signature %s', async (_case, offsetMs) => {
      expectRefusal(await sendAsOperator({ ...call, signedAt: new Date(Date.now() + offsetMs) }), denied);
    });

    it('is not allowed with a body that was not the signed one', async () => {
      const answer = await sendAsOperator({ ...call, tamper: (headers, body) => [headers, `${body} `] });
      expectRefusal(answer, denied);
    });

    it('is not allowed with a signed header changed', async () => {
      const tamper = (headers: Record<string, string>, body: string | Uint8Array) =>
        [{ ...headers, 'content-type': 'text/plain' }, body] satisfies [object, unknown];
      expectRefusal(await sendAsOperator({ ...call, tamper }), denied);
    });

    it.each([
      ['no signature at all', {}, { status: 404, code: 'not_found', param: null }],
      ['a virtual key', { authorization: `Bearer ${gateway.masterKey}` }, denied],
    ])('with %s is not let in', async (_case, headers, refusal) => {
      const answer = await sendHttp({
        url: gateway.origin + call.path,
        method: call.method ?? 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(call.body),
      });
      expectRefusal(answer, refusal);
    });
  });
}
