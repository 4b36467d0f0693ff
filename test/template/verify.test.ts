import { describe, expect, test } from 'vitest';
import { printReport } from '../../scripts/verify/print-report.ts';
import type { SynthesizedApp } from '../../scripts/verify/synthesize-app.ts';
import type { Template } from '../../scripts/verify/template.ts';
import { verifyApp } from '../../scripts/verify/verify-app.ts';
import { stageTemplates } from '../support/synthesize.ts';

const [first] = stageTemplates;
if (first === undefined) throw new Error('there is no stage');
const { stage, template } = first;
const name = `portcullis-${stage.name}`;

const appOf = (change: Partial<SynthesizedApp> = {}): SynthesizedApp => ({
  templates: new Map([[name, template]]),
  packs: ['AwsSolutions'],
  findings: [],
  acknowledged: [{ id: 'AwsSolutions::X', path: 'Some/Where', reason: 'for a reason' }],
  ...change,
});
const verify = (change?: Partial<SynthesizedApp>) => verifyApp(appOf(change), { sampleEvery: 2_000 });

/** The template with one statement of the proxy's policy changed as text. */
function withPolicy(change: (text: string) => string): ReadonlyMap<string, Template> {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) =>
      id.startsWith('ProxyRolePermissions')
        ? [id, { ...resource, Properties: JSON.parse(change(JSON.stringify(resource.Properties))) }]
        : [id, resource],
    ),
  );
  return new Map([[name, { ...template, Resources }]]);
}

describe('one report', () => {
  test('says that nothing stands against a deployment, and why each finding was accepted', async () => {
    const report = await verify();
    expect(report).toMatchObject({ ok: true, findings: [], documents: [] });
    expect(report.stacks).toEqual([expect.objectContaining({ stack: name, schema: [], invariants: {} })]);
    const text = printReport(report, true);
    expect(text).toContain('Nothing stands against a deployment.');
    expect(text).toContain('for a reason');
    expect(printReport(report, false)).not.toContain('for a reason');
  });

  test.each<[string, Partial<SynthesizedApp>, RegExp]>([
    [
      'a finding',
      { findings: [{ pack: 'PCI.DSS.321', rule: 'PCI.DSS.321-X', path: `${name}/Table` }] },
      /✗ compliance: 1 objection.*PCI\.DSS\.321-X .*Table/s,
    ],
    [
      'a permission that nobody asked for',
      { templates: withPolicy((text) => text.replace('"dynamodb:GetItem"', '["dynamodb:GetItem","dynamodb:Scan"]')) },
      /✗ permissions/s,
    ],
    [
      'a permission that is missing',
      { templates: withPolicy((text) => text.replace('"dynamodb:PutItem"', '"dynamodb:DescribeTable"')) },
      /Proxy may not, and should: {"action":"dynamodb:PutItem","on":"UsageTable","partition":"ACCOUNT#\*#HOUR#\*"}\. .*function-permissions\.ts/,
    ],
    [
      'a wildcard',
      { templates: withPolicy((text) => text.replace('"kms:Decrypt"', '"kms:*"')) },
      /✗ invariants.*no grant names its actions by a wildcard: ProxyRolePermissions/s,
    ],
    [
      'a property that there is not',
      { templates: withPolicy((text) => text.replace('"Description"', '"Descripton"')) },
      /✗ CloudFormation schema.*Descripton: there is no such property/s,
    ],
  ])('fails on %s, and says where', async (_what, change, expected) => {
    const report = await verify(change);
    expect(report.ok).toBe(false);
    const text = printReport(report, false);
    expect(text).toMatch(expected);
    expect(text).toContain('Not to be deployed as it is.');
  });
});
