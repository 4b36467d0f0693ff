// The CDK app. `cdk synth`, `diff` and `deploy` run it over every stage, with all checks; run by itself with
// PORTCULLIS_STAGES=local (and CDK_OUTDIR), as the local runner does, it synthesizes just that stage in about a second.
import { App } from 'aws-cdk-lib/core';
import cdkJson from '../cdk.json' with { type: 'json' };
import { account } from '../lib/account-config.ts';
import { AccountStack } from '../lib/account-stack.ts';
import { addCompliancePacks } from '../lib/compliance-packs.ts';
import { GatewayStack } from '../lib/gateway-stack.ts';
import { selectStages } from '../lib/stage-config.ts';

const names = process.env['PORTCULLIS_STAGES'];
const stages = selectStages(names);
const isChecked = names === undefined;

const app = new App({
  // What the CLI would hand over: cdk.json's context and two switches of its own. So both ways synthesize the same.
  context: {
    ...cdkJson.context,
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
  },
  builtinCloudFormationValidation: isChecked,
});
for (const stage of stages) new GatewayStack(app, stage);

if (isChecked) {
  for (const region of new Set(stages.map((stage) => stage.region))) new AccountStack(app, { region, config: account });
  await addCompliancePacks(app);
}
app.synth();
