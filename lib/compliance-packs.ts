import { type App, Validations } from 'aws-cdk-lib/core';

/** Whose rules every stack is held to: what stands against them is in acknowledgements.ts, with its reason. */
export async function addCompliancePacks(app: App): Promise<void> {
  // Imported here, as loading the rules alone takes longer than synthesizing a stage.
  const nag = await import('cdk-nag');
  Validations.of(app).addPlugins(
    new nag.AwsSolutionsChecks(app),
    new nag.ServerlessChecks(app),
    new nag.HIPAASecurityChecks(app),
    new nag.NIST80053R5Checks(app),
    new nag.PCIDSS321Checks(app),
  );
}
