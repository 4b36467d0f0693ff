// What AWS charges, in USD, us-east-1, list prices without any free tier. Entered by hand: look them up again, and move the
// date, before a figure of `npm run cost` goes into a contract.

export const priceList = {
  /** When these were last compared with the pages that `sources` names. */
  asOf: '2026-11-25',
  region: 'us-east-1',
  sources: [
    'aws.amazon.com/lambda/pricing',
    'aws.amazon.com/api-gateway/pricing',
    'aws.amazon.com/dynamodb/pricing/on-demand',
    'aws.amazon.com/waf/pricing',
    'aws.amazon.com/kms/pricing',
    'aws.amazon.com/cloudwatch/pricing',
    'aws.amazon.com/ec2/pricing/on-demand (data transfer)',
    'AWS Guidance for Multi-Provider Generative AI Gateway, README (the fleet)',
  ],
  perMillion: {
    lambdaRequests: 0.2,
    /** REST API; a streamed answer counts once per 10 MB. */
    apiRequests: 3.5,
    webAclRequests: 0.6,
    writeUnits: 0.625,
    readUnits: 0.125,
    traces: 5,
    kmsCalls: 3,
  },
  perGb: {
    /** Arm, per gigabyte and second. */
    lambdaSecond: 0.0000133334,
    dataOut: 0.09,
    logsIngested: 0.5,
    logsKeptMonth: 0.03,
    tableKeptMonth: 0.25,
    /** Point-in-time recovery, of the tables that have it. */
    backupKeptMonth: 0.2,
  },
  perMonth: {
    webAcl: 5,
    webAclRule: 1,
    kmsKey: 1,
    alarm: 0.1,
    dashboard: 3,
  },
  /** A gateway on containers: two Arm tasks, a load balancer, PostgreSQL in two zones, Redis, NAT. */
  fleet: { perMonth: 378, perMillionRequests: 8 },
} as const;
