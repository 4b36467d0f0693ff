import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../scripts/cost/estimate-cost.ts';
import { priceList } from '../../scripts/cost/price-list.ts';
import { printEstimate } from '../../scripts/cost/print-estimate.ts';
import { readDeployment } from '../../scripts/cost/read-deployment.ts';
import { stageTemplates } from '../support/synthesize.ts';

const workload = { requests: 1e6, seconds: 8, answerKb: 48, memoryMiB: 256, peakFactor: 5 };

describe.each(stageTemplates)('the cost model of stage $stage.name', ({ stage, template }) => {
  const deployment = readDeployment(template);

  it('reads memory, rules, keys and tracing off the template', () => {
    expect(deployment.proxyMemoryMiB).toBe(stage.functions.proxy.memoryMiB);
    expect(deployment.isTraced).toBe(stage.tracing);
    expect(deployment.logRetentionDays).toBe(stage.logRetentionDays);
    const ofType = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type).length;
    expect(deployment.kmsKeys).toBe(ofType('AWS::KMS::Key'));
    expect(deployment.webAcls).toBe(1);
    expect(deployment.webAclRules).toBeGreaterThan(4);
  });

  it('comes to at most $50 per million requests of 8 s at 256 MiB', () => {
    expect(estimateCost(deployment, workload, priceList).variablePerMillionUsd).toBeLessThanOrEqual(50);
  });

  it('is printed with each term, the waiting share and the break-even', () => {
    const text = printEstimate(stage.name, workload, estimateCost(deployment, workload, priceList), priceList);
    expect(text).toContain('256 MiB × 8 s');
    expect(text).toMatch(/\d+ % of that is memory that waits for the model provider/);
    expect(text).toMatch(/costs less above [\d,]+ requests a month/);
  });
});

describe('a template that is none of ours', () => {
  it('is turned away rather than priced', () => {
    expect(() => readDeployment({ Resources: {} })).toThrow(/ProxyFunction/);
    expect(() => readDeployment([])).toThrow();
  });
});
