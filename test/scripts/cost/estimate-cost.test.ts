import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateCost, type Workload } from '../../../scripts/cost/estimate-cost.ts';
import { priceList } from '../../../scripts/cost/price-list.ts';
import type { Deployment } from '../../../scripts/cost/read-deployment.ts';

const deployment: Deployment = {
  proxyMemoryMiB: 512,
  webAcls: 1,
  webAclRules: 8,
  kmsKeys: 4,
  alarms: 10,
  dashboards: 1,
  isTraced: true,
  hasBackups: true,
  logRetentionDays: 30,
};
const workload: Workload = { requests: 1e6, seconds: 8, answerKb: 48, memoryMiB: 256, peakFactor: 5 };

const workloads = fc.record({
  requests: fc.integer({ min: 1, max: 1_000_000_000 }),
  seconds: fc.double({ min: 0.1, max: 900, noNaN: true }),
  answerKb: fc.double({ min: 0.1, max: 6_000, noNaN: true }),
  memoryMiB: fc.integer({ min: 128, max: 10_240 }),
  peakFactor: fc.double({ min: 1, max: 100, noNaN: true }),
});

const total = (terms: readonly { usd: number }[]) => terms.reduce((sum, { usd }) => sum + usd, 0);

describe('the cost of a month', () => {
  it('is by hand what it is by program: 256 MiB for 8 s, a million times, is $26.67 of memory', () => {
    const { variable } = estimateCost(deployment, workload, priceList);
    const byName = new Map(variable.map(({ name, usd }) => [name, usd]));
    expect(byName.get('Lambda, duration')).toBeCloseTo(0.25 * 8 * 1e6 * 0.0000133334, 6);
    expect(byName.get('API Gateway')).toBeCloseTo(3.5, 9);
    expect(byName.get('DynamoDB, writes')).toBeCloseTo(3.125, 9);
    // The key and the account, before the request and twice while it streams.
    expect(byName.get('DynamoDB, reads')).toBeCloseTo(0.75, 9);
  });

  it('is the sum of its terms, none of them negative', () => {
    fc.assert(
      fc.property(workloads, (given) => {
        const { variable, fixed, fixedUsd, totalUsd, waitingShare } = estimateCost(deployment, given, priceList);
        expect([...variable, ...fixed].every(({ usd }) => usd >= 0)).toBe(true);
        expect(totalUsd).toBeCloseTo(total(variable) + total(fixed), 6);
        expect(fixedUsd).toBeCloseTo(total(fixed), 9);
        expect(waitingShare).toBeGreaterThanOrEqual(0);
        expect(waitingShare).toBeLessThan(1);
      }),
    );
  });

  it('breaks even with the fleet where both cost the same', () => {
    fc.assert(
      fc.property(workloads, (given) => {
        const { breakEvenRequests } = estimateCost(deployment, given, priceList);
        if (breakEvenRequests === undefined || breakEvenRequests < 1) return;
        const there = estimateCost(deployment, { ...given, requests: breakEvenRequests }, priceList);
        const { perMonth, perMillionRequests } = priceList.fleet;
        const fleetUsd = perMonth + (perMillionRequests * breakEvenRequests) / 1e6;
        expect(Math.abs(there.totalUsd - fleetUsd) / fleetUsd).toBeLessThan(1e-6);
      }),
    );
  });

  it('takes the memory of the template unless it is told another', () => {
    const { memoryMiB: _, ...asDeployed } = workload;
    expect(estimateCost(deployment, asDeployed, priceList).memoryMiB).toBe(512);
    expect(estimateCost(deployment, workload, priceList).memoryMiB).toBe(256);
  });

  it('holds concurrency to be rate times seconds', () => {
    const perSecond = 1e6 / (30.4375 * 86_400);
    const { averageConcurrency, peakConcurrency } = estimateCost(deployment, workload, priceList);
    expect(averageConcurrency).toBeCloseTo(perSecond * 8, 9);
    expect(peakConcurrency).toBeCloseTo(perSecond * 40, 9);
  });

  it('charges a stage without tracing, backups or web ACL for none of them', () => {
    const bare = { ...deployment, isTraced: false, hasBackups: false, webAcls: 0, webAclRules: 0 };
    const { variable, fixed } = estimateCost(bare, workload, priceList);
    const terms = new Map([...variable, ...fixed].map(({ name, usd }) => [name, usd]));
    expect(terms.get('X-Ray')).toBe(0);
    expect(terms.get('AWS WAF, requests')).toBe(0);
    expect(terms.get('AWS WAF, ACL')).toBe(0);
    const kept = estimateCost(deployment, workload, priceList).variable.find(({ name }) => name === 'DynamoDB, kept');
    expect(terms.get('DynamoDB, kept')).toBeLessThan(kept?.usd ?? 0);
  });
});
