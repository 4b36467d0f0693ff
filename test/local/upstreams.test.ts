import { describe, expect, test } from 'vitest';
import type { FunctionModel } from '../../local/template/function-model.ts';
import { providerCredentials, withUpstreams } from '../../local/upstreams.ts';

const model = (environment: Record<string, string>): FunctionModel => ({
  logicalId: 'F',
  name: 'f',
  arn: 'arn',
  codeDir: '/',
  handler: 'index.handler',
  timeoutMs: 1,
  memoryMb: 128,
  environment,
  logGroupName: 'g',
  logFormat: 'Text',
});
const proxy = model({
  OTHER: 'kept',
  UPSTREAMS: JSON.stringify({
    openai: { baseUrl: 'https://api.openai.com/v1', credential: 'required' },
    'my-own': { baseUrl: 'https://own.example/v1', credential: 'required' },
    demo: { builtin: 'echo' },
  }),
});

describe('upstreams given on the command line', () => {
  test('replace or join those of the template, and need no credential', () => {
    const changed = withUpstreams(
      proxy,
      new Map([
        ['openai', 'http://x/v1'],
        ['ollama', 'http://y/v1'],
      ]),
    );
    expect(changed.environment['OTHER']).toBe('kept');
    expect(JSON.parse(changed.environment['UPSTREAMS'] ?? '')).toEqual({
      openai: { baseUrl: 'http://x/v1', credential: 'optional' },
      ollama: { baseUrl: 'http://y/v1', credential: 'optional' },
      'my-own': { baseUrl: 'https://own.example/v1', credential: 'required' },
      demo: { builtin: 'echo' },
    });
  });

  test('leave a function alone that knows of none', () => {
    const other = model({ A: '1' });
    expect(withUpstreams(other, new Map([['openai', 'http://x']]))).toBe(other);
  });
});

describe('credentials of the developer', () => {
  test('are found under the usual names, for remote providers alone', () => {
    const environment = {
      OPENAI_API_KEY: ' sk-1\n',
      MY_OWN_API_KEY: 'own',
      DEMO_API_KEY: 'of a builtin',
      UNKNOWN_API_KEY: 'of nobody',
    };
    expect(providerCredentials([proxy, model({})], environment)).toEqual(
      new Map([
        ['openai', 'sk-1'],
        ['my-own', 'own'],
      ]),
    );
  });

  test('that are empty or absent are none', () => {
    expect(providerCredentials([proxy], { OPENAI_API_KEY: '  ' })).toEqual(new Map());
  });
});
