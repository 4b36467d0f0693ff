import { describe, expect, test } from 'vitest';
import { defineStage, type StageConfig, selectStages, stages } from '../../lib/stage-config.ts';

function stage(name: string): StageConfig {
  const found = stages.get(name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

describe('a stage that is not valid is refused by name and field', () => {
  const dev = stage('dev');
  const domain = {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
  };
  test.each<[string, StageConfig, string]>([
    ['a name that no stack could bear', { ...dev, name: 'Dev Stage' }, 'name'],
    ['a region that is none', { ...dev, region: 'virginia' }, 'region'],
    [
      'memory that Lambda does not offer',
      { ...dev, functions: { ...dev.functions, admin: { memoryMiB: 64 } } },
      'memoryMiB',
    ],
    [
      'a limit that AWS WAF does not take',
      { ...dev, webAcl: { ...dev.webAcl, requestsPerMinutePerKey: 9 } },
      'requestsPerMinutePerKey',
    ],
    ['an address that is none', { ...dev, webAcl: { ...dev.webAcl, blocked: ['300.0.0.0/8'] } }, 'blocked'],
    ['an address without its range', { ...dev, webAcl: { ...dev.webAcl, blocked: ['192.0.2.1'] } }, 'blocked'],
    ['every address blocked', { ...dev, webAcl: { ...dev.webAcl, blocked: ['::/0'] } }, 'a range of all addresses'],
    ['nobody allowed', { ...dev, webAcl: { ...dev.webAcl, allowed: [] } }, 'allowed'],
    ['a host name that is none', { ...dev, domains: [{ ...domain, name: 'API.example.com' }] }, 'a host name'],
    ['a domain that nothing certifies', { ...dev, domains: [{ name: domain.name }] }, 'needs a hosted zone or'],
    [
      'a domain of another zone',
      { ...dev, domains: [{ ...domain, hostedZone: { id: 'Z1', name: 'ample.com' } }] },
      'is not in its hosted zone',
    ],
    ['a domain twice', { ...dev, domains: [domain, domain] }, 'is there twice'],
    [
      'a certificate of another region',
      { ...dev, region: 'eu-west-1', domains: [domain] },
      'has a certificate of another region than eu-west-1',
    ],
    [
      'client certificates where only TLS 1.3 is spoken',
      {
        ...dev,
        minimumTls: '1.3',
        domains: [{ ...domain, mutualTls: { truststore: 's3://bucket/cas.pem', version: 'v1' } }],
      },
      'takes TLS 1.2 as well',
    ],
    ['a contact that is no URI', { ...dev, securityContacts: ['security@example.com'] }, 'securityContacts'],
    ['a contact in the clear', { ...dev, securityContacts: ['http://example.com/security'] }, 'securityContacts'],
    ['no requests at all', { ...dev, throttle: { requestsPerSecond: 0, burst: 1 } }, 'requestsPerSecond'],
    [
      'more requests at once than Lambda grants environments',
      { ...dev, concurrency: { quota: 999, secondsPerRequest: 8 } },
      'lets 1000 requests run at once',
    ],
    [
      'a provider reached in the clear',
      { ...dev, upstreams: { x: { baseUrl: 'http://x.example/v1', credential: 'required' } } },
      'a provider is reached over https',
    ],
    [
      'a credential in a URL',
      { ...dev, upstreams: { x: { baseUrl: 'https://user:secret@x.example/v1', credential: 'required' } } },
      'a provider credential never lies in a URL',
    ],
    [
      'a provider name that no model could bear',
      { ...dev, upstreams: { 'X/Y': { baseUrl: 'https://x.example/v1', credential: 'required' } } },
      'upstreams',
    ],
    [
      'the demo provider where data is kept',
      { ...stage('prod'), upstreams: { demo: { builtin: 'echo' } } },
      'no built-in provider',
    ],
  ])('%s', (_mistake, config, expected) => {
    expect(() => defineStage(config)).toThrow(`stage "${config.name}" is not valid`);
    expect(() => defineStage(config)).toThrow(expected);
  });

  test('without quoting a credential that the URL held', () => {
    const upstreams = { x: { baseUrl: 'https://user:hunter2@x.example/v1', credential: 'required' } } as const;
    expect(() => defineStage({ ...dev, upstreams })).toThrow(/^(?!.*hunter2)/s);
  });
});

describe('stages are selected', () => {
  test('by name, and all of them by default', () => {
    expect(selectStages(undefined).map(({ name }) => name)).toEqual(['local', 'dev', 'prod']);
    expect(selectStages('local').map(({ name }) => name)).toEqual(['local']);
    expect(selectStages('prod, local').map(({ name }) => name)).toEqual(['prod', 'local']);
  });

  test('and a misspelt one is told, with those there are', () => {
    expect(() => selectStages('local,prd')).toThrow('no stage "prd"; there are local, dev, prod');
    expect(() => selectStages('')).toThrow('no stage ""');
  });
});

describe('production', () => {
  test('retains its data, and nothing else does', () => {
    expect([...stages.values()].filter(({ retainData }) => retainData).map(({ name }) => name)).toEqual(['prod']);
  });

  test('offers no provider that anyone could call without a credential', () => {
    expect(Object.values(stage('prod').upstreams).filter((upstream) => !('baseUrl' in upstream))).toEqual([]);
    for (const upstream of Object.values(stage('prod').upstreams))
      expect(upstream).toMatchObject({ credential: 'required' });
  });
});
