import type { Answer } from '../domain/answer.ts';

/** By name, as old browsers know no wildcard; and `authorization` is in none. */
const headers = [
  'authorization',
  'content-type',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'anthropic-version',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'idempotency-key',
  'if-match',
  'x-portcullis-environment',
  'x-portcullis-timeout-ms',
  ...['arch', 'async', 'helper-method', 'lang', 'os', 'package-version', 'poll-helper'].map(stainless),
  ...['retry-count', 'runtime', 'runtime-version', 'timeout'].map(stainless),
  '*',
];

/** What the SDKs of OpenAI and Anthropic say of themselves. */
function stainless(name: string): string {
  return `x-stainless-${name}`;
}

/** To the question of a browser whether a page may send a request: any page may, any that our routes take. */
export const preflight: Answer = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': headers.join(', '),
    // Seconds. Browsers keep it for two hours at most.
    'access-control-max-age': '7200',
  },
  body: new Uint8Array(0),
};
