import { describe, expect, it } from 'vitest';
import { describeError, kindOfStatus } from '../../../lambdas/domain/conversation/upstream-error.ts';

describe('what a provider says went wrong', () => {
  it('is told in its own words', () => {
    const error = describeError({
      kind: 'invalid_request',
      status: 400,
      message: 'max_tokens: must be at most 8192',
      code: 'too_big',
      param: 'max_tokens',
    });
    expect(error).toEqual({
      kind: 'invalid_request',
      status: 400,
      message: 'max_tokens: must be at most 8192',
      code: 'too_big',
      param: 'max_tokens',
    });
  });

  it.each([
    'Incorrect API key provided: sk-proj-abcdefghijklmnopqrstuvwxyz0123456789.',
    'key AIzaSyA-1234567890abcdefghijklmnopqrstuv is bad',
    'User: arn:aws:sts::123456789012:assumed-role/gateway/x is not allowed',
    'header Bearer eyJhbGciOiJIUzI1NiJ9.e30.x was refused',
    'in organization org-AbCdEfGhIjKl',
    'gsk_abcdefghijklmnopqrstuvwxyz is over its limit',
  ])('holds no secret: %s', (message) => {
    const told = describeError({ kind: 'invalid_request', message }).message;
    expect(told).toContain('[redacted]');
    expect(told).not.toMatch(/abcdefghij|1234567890|eyJhbGci|AbCdEfGh/);
  });

  it.each(['authentication', 'permission', 'quota'] as const)(
    'about the operator’s own account is not repeated: %s',
    (kind) => {
      expect(describeError({ kind, message: 'Your account acme-corp owes $5' }).message).not.toContain('acme');
    },
  );

  it.each(['<!DOCTYPE html><html><body>502 Bad Gateway</body></html>', '  <html>', '<?xml version="1.0"?>', '', '  '])(
    'is in our words where it has none to repeat: %j',
    (message) => {
      expect(describeError({ kind: 'server', message }).message).toBe('The provider failed.');
    },
  );

  it('is not taken for a secret where it is none', () => {
    const message = 'A skyscraper-sized request: asking for pkgconfig, please shorten it.';
    expect(describeError({ kind: 'invalid_request', message }).message).toBe(message);
  });

  it('is bounded, and has no control characters', () => {
    const { message } = describeError({ kind: 'server', message: `a\u0000\u001b[31m\r\nb${'x'.repeat(100_000)}` });
    expect(message.length).toBeLessThan(2_100);
    expect([...message].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
  });

  it('has no code or field that could be anything but a name', () => {
    const error = describeError({ kind: 'server', message: 'x', code: 'a b\r\nc', param: '<script>' });
    expect(error).toEqual({ kind: 'server', status: 500, message: 'x' });
  });

  it.each([
    [400, 'invalid_request'],
    [422, 'invalid_request'],
    [401, 'authentication'],
    [402, 'quota'],
    [403, 'permission'],
    [404, 'not_found'],
    [408, 'timeout'],
    [413, 'too_large'],
    [429, 'rate_limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
  ])('is by its status, where it says nothing itself: %i', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });
});
