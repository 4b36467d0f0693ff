import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultMetrics, type MeasuredRequest, metricUnits, requestMetrics } from '../../lambdas/http/request-metrics.ts';

/** As CloudWatch's specification of the embedded metric format has it. */
const embedded = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.strictObject({
        Namespace: z.string().min(1),
        Dimensions: z.array(z.array(z.string()).max(30)),
        Metrics: z.array(z.strictObject({ Name: z.string(), Unit: z.enum(['Count', 'Milliseconds', 'None']) })).min(1),
      }),
    ),
  }),
});

const requests: fc.Arbitrary<MeasuredRequest> = fc.record(
  {
    status: fc.constantFrom(200, 400, 401, 429, 500, 502, 503, 504),
    overheadMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    firstByteMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
    provider: fc.constantFrom('openai', 'groq'),
    code: fc.constantFrom('invalid_api_key', 'internal_error', 'service_unavailable', 'upstream_timeout'),
    amountNano: fc.nat(),
    isAboveBound: fc.boolean(),
    isUnsettled: fc.boolean(),
  },
  { requiredKeys: ['status', 'overheadMs', 'firstByteMs'] },
);

const request = (facts: Partial<MeasuredRequest>): MeasuredRequest => ({
  status: 200,
  overheadMs: 1.5,
  firstByteMs: 20,
  ...facts,
});
const metricsOf = (facts: Partial<MeasuredRequest>) => requestMetrics('prod', request(facts), 1_764_000_000_000);

describe('the metrics of a request', () => {
  it('name only members that the line has, each a number, and dimensions that are short strings', () => {
    fc.assert(
      fc.property(requests, (facts) => {
        const line: unknown = JSON.parse(JSON.stringify(requestMetrics('prod', facts, 1_764_000_000_000)));
        const { _aws, ...members } = embedded.parse(line);
        for (const { Dimensions, Metrics } of _aws.CloudWatchMetrics) {
          for (const name of Dimensions.flat()) expect(members[name]).toMatch(/^[a-z_]{1,64}$/);
          for (const { Name, Unit } of Metrics) {
            expect(members[Name]).toBeTypeOf('number');
            expect(Object.entries(metricUnits)).toContainEqual([Name, Unit]);
          }
        }
      }),
    );
  });

  it('count a request once, whatever became of it', () => {
    expect(metricsOf({})).toMatchObject({ Requests: 1, Overhead: 1.5, TimeToFirstByte: 20, Stage: 'prod' });
    expect(metricsOf({ status: 429, code: 'insufficient_quota' })).toMatchObject({ Requests: 1, Refusals: 1 });
  });

  it.each<[string, Partial<MeasuredRequest>, object]>([
    [
      'the store could not be reached',
      { status: 503, code: 'service_unavailable' },
      { GatewayFaults: 1, StoreFaults: 1 },
    ],
    ['it failed by itself', { status: 500, code: 'internal_error' }, { GatewayFaults: 1 }],
    ['usage was above the bound', { isAboveBound: true }, { LedgerViolations: 1 }],
    ['money was spent', { amountNano: 1_500_000_000 }, { SpendUsd: 1.5 }],
  ])('tell that %s', (_what, facts, expected) => {
    expect(metricsOf(facts)).toMatchObject(expected);
  });

  it.each<[string, Partial<MeasuredRequest>]>([
    ['could not be reached', { status: 502, provider: 'openai', code: 'upstream_error' }],
    ['did not answer in time', { status: 504, provider: 'openai', code: 'upstream_timeout' }],
    ['answered with its own 5xx', { status: 529, provider: 'openai' }],
  ])("hold a provider that %s against the provider, and not against the gateway's service level", (_what, facts) => {
    const metrics = metricsOf(facts);
    expect(metrics).toMatchObject({ ProviderFaults: 1, Provider: 'openai' });
    expect(metrics).not.toHaveProperty('GatewayFaults');
  });

  it('do not count an answer as failed because its settlement did', () => {
    const metrics = metricsOf({ status: 200, code: 'service_unavailable', isUnsettled: true });
    expect(metrics).toMatchObject({ UnsettledRequests: 1 });
    expect(metrics).not.toHaveProperty('GatewayFaults');
    expect(metrics).not.toHaveProperty('Refusals', 1);
  });

  it('tell of a failed management request as well', () => {
    expect(faultMetrics('prod', 'service_unavailable', 1)).toMatchObject({ GatewayFaults: 1, StoreFaults: 1 });
    expect(faultMetrics('prod', 'internal_error', 1)).not.toHaveProperty('StoreFaults');
  });
});
