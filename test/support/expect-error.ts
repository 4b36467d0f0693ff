import { expect } from 'vitest';
import { z } from 'zod';
import { answerFault, type FaultCode } from '../../lambdas/domain/errors.ts';
import { securityHeaders } from '../../lambdas/http/security-headers.ts';
import type { HttpAnswer } from './http-client.ts';

/** OpenAI's error shape: these four keys, and no other. */
const errorBody = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    param: z.string().nullable(),
    code: z.string().min(1),
  }),
});

export interface ExpectedError {
  readonly status: number;
  readonly code: string;
  /** @default any */
  readonly param?: string | null;
  /** @default invalid_request_error */
  readonly type?: string;
  /** Who refuses: the web ACL knows no request id. @default the gateway */
  readonly by?: 'gateway' | 'web ACL';
}

/** An error of the gateway's own: shape, status, code, request id. */
export function expectRefusal(
  answer: HttpAnswer,
  { status, code, param, type = 'invalid_request_error', by = 'gateway' }: ExpectedError,
): void {
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status });
  const { error } = errorBody.parse(answer.json);
  expect(error).toMatchObject({ code, ...(param !== undefined && { param }) });
  expect(error.type).toBe(type);
  if (by === 'gateway') expectOwnHeaders(answer);
  else expectSecurityHeaders(answer);
}

/** A fault: the same, and not a word beyond the one message that every such fault has. */
export function expectFault(answer: HttpAnswer, status: number, code: FaultCode): void {
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status });
  expect(errorBody.parse(answer.json)).toEqual(answerFault(code).body);
  expectOwnHeaders(answer);
}

/** What every answer carries, whoever gives it; how long it may be kept differs, and a page of its own says more. */
const { 'cache-control': _kept, 'content-security-policy': _page, ...onEveryAnswer } = securityHeaders;

function expectSecurityHeaders({ headers }: HttpAnswer): void {
  expect(headers).toMatchObject({ ...onEveryAnswer, 'cache-control': expect.stringMatching(/^no-(store|cache)/) });
}

export function expectOwnHeaders(answer: HttpAnswer): void {
  const { headers } = answer;
  expectSecurityHeaders(answer);
  expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
}

export function expectJson({ headers }: HttpAnswer): void {
  expect(headers['content-type']).toMatch(/^application\/json\b/);
}
