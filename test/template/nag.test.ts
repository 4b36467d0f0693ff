import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Key } from 'aws-cdk-lib/aws-kms';
import { App, Stack } from 'aws-cdk-lib/core';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { AccountStack } from '../../lib/account-stack.ts';
import { accountAcknowledgements, gatewayAcknowledgements } from '../../lib/acknowledgements.ts';
import { addCompliancePacks } from '../../lib/compliance-packs.ts';
import { GatewayStack } from '../../lib/gateway-stack.ts';
import { stages } from '../../lib/stage-config.ts';
import { everything } from '../support/account-with-everything.ts';
import { testContext } from '../support/synthesize.ts';

const report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(z.unknown()),
      suppressedViolations: z
        .array(z.object({ acknowledgedId: z.string(), acknowledgedAt: z.string(), reason: z.string() }))
        .default([]),
    }),
  ),
});

/** Synthesizes under the same checks as `cdk synth`, and tells what they found. Throws where a finding stands. */
async function check(build: (app: App) => void): Promise<z.infer<typeof report>['pluginReports']> {
  const outdir = mkdtempSync(join(tmpdir(), 'portcullis-nag-'));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  // CloudFormation's own rules take longer than all packs together; app.test.ts runs them.
  const app = new App({ outdir, context: testContext, builtinCloudFormationValidation: false });
  build(app);
  await addCompliancePacks(app);
  app.synth();
  return report.parse(JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))).pluginReports;
}

test('every finding is acknowledged with its reason, and every acknowledgement is of a finding', async () => {
  const reports = await check((app) => {
    for (const stage of stages.values()) new GatewayStack(app, stage);
    new AccountStack(app, { region: 'us-east-1', config: everything });
  });
  expect(reports.flatMap(({ violations }) => violations)).toEqual([]);

  const used = reports.flatMap(({ suppressedViolations }) => suppressedViolations);
  const acknowledged = [
    ...[...stages.keys()].map((name) => ({ stack: `portcullis-${name}`, list: gatewayAcknowledgements })),
    { stack: 'portcullis-account-us-east-1', list: accountAcknowledgements(everything) },
  ].flatMap(({ stack, list }) => list.map(({ path, id, reason }) => `${stack}/${path} ${id}: ${reason}`));
  const found = used.map(
    ({ acknowledgedAt, acknowledgedId, reason }) => `${acknowledgedAt} ${acknowledgedId}: ${reason}`,
  );
  expect([...new Set(found)].sort()).toEqual(acknowledged.sort());
});

test('the checks are in force: a key that is never renewed is not deployed', async () => {
  const build = (app: App) => void new Key(new Stack(app, 'Bad'), 'Key', { enableKeyRotation: false });
  await expect(check(build)).rejects.toThrow(
    /AwsSolutions-KMS5.*NIST.800.53.R5-KMSBackingKeyRotationEnabled.*PCI.DSS/s,
  );
});
