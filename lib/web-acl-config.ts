import * as z from 'zod';

/** AWS WAF counts over a minute, and takes no limit below 10. */
const requestsPerMinute = z.int().min(10).max(2_000_000_000);
/** AWS WAF takes no range of every address. */
const addressRange = z
  .union([z.cidrv4(), z.cidrv6()])
  .refine((range) => !range.endsWith('/0'), 'a range of all addresses');
const addressRanges = z.array(addressRange).max(10_000);

export const webAclConfig = z.strictObject({
  /** Of one source address, of one key (as its hash), and of one source address off the routes of models. */
  requestsPerMinutePerIp: requestsPerMinute,
  requestsPerMinutePerKey: requestsPerMinute,
  managementRequestsPerMinutePerIp: requestsPerMinute,
  /** Address ranges (CIDR) that are turned away. An incident cannot wait: docs/deploy.md says how to add one at once. */
  blocked: addressRanges,
  /** Left out: any other address may call. Given, only these may: for a stage that serves one tenant. */
  allowed: addressRanges.min(1).optional(),
  /** AWS's managed rules against floods. They cost extra, by month and by request. */
  antiDdos: z.boolean(),
});
export type WebAclConfig = Readonly<z.infer<typeof webAclConfig>>;
