// What an AWS account has once, whatever number of stages it holds. All but the first is off: an organization may have it
// already, and some of it costs.
import * as z from 'zod';

const accountConfig = z.strictObject({
  /**
   * The role with which API Gateway writes access logs. One per account and region; without one, no stage can be deployed.
   * Turn it off where the account has a role already, as this would replace it for every other API.
   */
  apiGatewayLogs: z.boolean(),
  /** Amazon GuardDuty, its S3 and Lambda network protection included. One detector per account and region. */
  guardDuty: z.boolean(),
  /** Amazon Inspector's scans of the functions' dependencies and code. */
  inspector: z.boolean(),
  /** A CloudTrail trail of who read or wrote items of the tables and objects of the archive; data events cost by their number. */
  dataEventTrail: z.boolean(),
  /** Roles for GitHub Actions, by OIDC: no AWS key lies anywhere. Left out: none. */
  deployFrom: z
    .strictObject({
      /** `owner/name`. */
      repository: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/, 'owner/name'),
      /** Of the repository: jobs in these may deploy. */
      environments: z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)).min(1),
    })
    .optional(),
});
export type AccountConfig = Readonly<z.infer<typeof accountConfig>>;

/** Checks a configuration. Throws an Error that names every field at fault. */
export function defineAccount(config: AccountConfig): AccountConfig {
  const parsed = accountConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new Error(`the account's configuration is not valid:\n${z.prettifyError(parsed.error)}`);
}

export const account = defineAccount({
  apiGatewayLogs: true,
  guardDuty: false,
  inspector: false,
  dataEventTrail: false,
});
