import { describe, expect, test } from 'vitest';
import { answerJson } from '../../lambdas/domain/answer.ts';
import { toProxyResult } from '../../lambdas/http/proxy-result.ts';
import { securityHeaders } from '../../lambdas/http/security-headers.ts';

describe('toProxyResult', () => {
  test('carries status, headers and body, and names the request', () => {
    expect(toProxyResult(answerJson(201, { a: '☃' }, { 'x-more': 'yes' }), 'r-1')).toEqual({
      statusCode: 201,
      headers: { ...securityHeaders, 'content-type': 'application/json', 'x-more': 'yes', 'x-request-id': 'r-1' },
      body: '{"a":"☃"}',
      isBase64Encoded: false,
    });
  });

  test('an answer may say more exactly how it is to be kept', () => {
    const answer = answerJson(200, {}, { 'cache-control': 'max-age=60' });
    expect(toProxyResult(answer, 'r-1').headers['cache-control']).toBe('max-age=60');
  });

  test('no answer can name the request otherwise', () => {
    const answer = answerJson(200, {}, { 'x-request-id': 'forged' });
    expect(toProxyResult(answer, 'r-1').headers['x-request-id']).toBe('r-1');
  });

  test('refuses to buffer a stream', () => {
    const answer = { status: 200, headers: {}, body: async () => {} };
    expect(() => toProxyResult(answer, 'r-1')).toThrow('cannot stream');
  });
});
