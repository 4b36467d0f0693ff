import { describe, expect, it } from 'vitest';
import type { UpstreamErrorKind } from '../../lambdas/domain/conversation/upstream-error.ts';
import { clientDialects } from '../support/codecs.ts';
import { anthropicOf, openAiOf } from '../support/official-sdk.ts';
import { toBytes } from '../support/text.ts';

// No recording holds a provider that is overloaded or out of order: these are made after the providers' references.

interface Told {
  readonly provider: string;
  readonly status: number;
  readonly body: unknown;
  readonly kind: UpstreamErrorKind;
  readonly message: RegExp;
}

const told: readonly Told[] = [
  {
    provider: 'openai',
    status: 429,
    body: {
      error: { message: 'Rate limit reached for gpt-5', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    },
    kind: 'rate_limit',
    message: /Rate limit reached/,
  },
  {
    provider: 'openai',
    status: 429,
    body: {
      error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
    },
    kind: 'quota',
    message: /gateway’s quota/,
  },
  {
    provider: 'openai',
    status: 401,
    body: { error: { message: 'Incorrect API key provided: sk-proj-abcdefgh', code: 'invalid_api_key' } },
    kind: 'authentication',
    message: /did not accept the credential/,
  },
  {
    provider: 'openai',
    status: 500,
    body: { error: { message: 'The server had an error', type: 'server_error' } },
    kind: 'server',
    message: /had an error/,
  },
  {
    provider: 'openai',
    status: 503,
    body: { error: { message: 'Overloaded, slow down', type: 'overloaded_error', code: 'slow_down' } },
    kind: 'overloaded',
    message: /slow down/,
  },
  {
    provider: 'openai',
    status: 400,
    body: {
      error: { message: 'too long', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' },
    },
    kind: 'invalid_request',
    message: /^too long$/,
  },
  {
    provider: 'openai',
    status: 422,
    body: { object: 'error', message: 'temperature must be below 2', type: 'value_error' },
    kind: 'invalid_request',
    message: /below 2/,
  },
  {
    provider: 'openai',
    status: 400,
    body: { error: 'model not loaded' },
    kind: 'invalid_request',
    message: /not loaded/,
  },
  {
    provider: 'openai',
    status: 502,
    body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
    kind: 'server',
    message: /^The provider failed\.$/,
  },
  { provider: 'openai', status: 503, body: '', kind: 'overloaded', message: /overloaded/ },
  { provider: 'openai', status: 500, body: '{"error":', kind: 'server', message: /failed/ },
  {
    provider: 'anthropic',
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    kind: 'overloaded',
    message: /^Overloaded$/,
  },
  {
    provider: 'anthropic',
    status: 429,
    body: { type: 'error', error: { type: 'rate_limit_error', message: 'This request would exceed your limit' } },
    kind: 'rate_limit',
    message: /exceed/,
  },
  {
    provider: 'anthropic',
    status: 413,
    body: { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
    kind: 'too_large',
    message: /maximum size/,
  },
  {
    provider: 'anthropic',
    status: 403,
    body: { type: 'error', error: { type: 'permission_error', message: 'acme-corp may not use this' } },
    kind: 'permission',
    message: /^(?!.*acme)/,
  },
  {
    provider: 'anthropic',
    status: 500,
    body: { type: 'error', error: { type: 'api_error', message: 'Internal server error' } },
    kind: 'server',
    message: /Internal/,
  },
  { provider: 'anthropic', status: 504, body: 'upstream request timeout', kind: 'timeout', message: /in time/ },
];

describe.each(told)('$provider, saying $status', ({ provider, status, body, kind, message }) => {
  const { egress } = clientDialects.find(({ name }) => name === provider) ?? clientDialects[0] ?? {};
  const bytes = toBytes(typeof body === 'string' ? body : JSON.stringify(body));
  const error = egress?.decodeError(status, bytes);

  it('is understood', () => {
    expect(error).toMatchObject({ kind, status, message: expect.stringMatching(message) });
  });

  it.each(clientDialects)('is raised by the official SDK of $name with its words', async ({ name, ingress }) => {
    if (error === undefined) throw new Error('the error was not read');
    const encoded = ingress.encodeError(error);
    const sent = { status: encoded.status, body: JSON.stringify(encoded.body), stream: false };
    const call =
      name === 'anthropic'
        ? anthropicOf(sent).messages.create({ model: 'm', max_tokens: 1, messages: [] })
        : openAiOf(sent).chat.completions.create({ model: 'm', messages: [] });
    await expect(call).rejects.toMatchObject({ status, message: expect.stringContaining(error.message) });
  });
});
