import type { priceList } from './price-list.ts';
import type { Deployment } from './read-deployment.ts';

export interface Workload {
  /** In a month. */
  readonly requests: number;
  /** From a request's first byte to its answer's last one. */
  readonly seconds: number;
  /** Of one answer. A streamed token takes about 240 bytes of framing. */
  readonly answerKb: number;
  /** In place of the memory that the template gives the data plane. */
  readonly memoryMiB?: number | undefined;
  /** How much busier than the average second the busiest is. */
  readonly peakFactor: number;
}

/**
 * What one request does besides waiting, as the tests of the ledger count it: five conditional writes of items below a
 * kilobyte, and the policy (key and account) read when it is older than five seconds and every four seconds of a stream.
 */
const perRequest = {
  writeUnits: 5,
  policyReadUnits: 2,
  watchSeconds: 4,
  /** The line of the request, of API Gateway's access log, and Lambda's own. */
  logKb: 1.5,
  recordKb: 0.6,
  recordDays: 30,
  /** X-Ray's default rule: the first request of a second and a twentieth of the others. */
  tracedShare: 0.05,
  /** CPU of the data plane, at a whole virtual CPU (1,769 MiB). See `npm run bench`. */
  cpuSeconds: 0.003,
} as const;

const KB_PER_GB = 1024 * 1024;
const FULL_CPU_MIB = 1769;
const SECONDS_PER_MONTH = 30.4375 * 86_400;

export interface Term {
  readonly name: string;
  readonly basis: string;
  readonly usd: number;
}

export interface Estimate {
  readonly memoryMiB: number;
  /** Grow with the requests. */
  readonly variable: readonly Term[];
  /** Are there without any. */
  readonly fixed: readonly Term[];
  readonly variablePerMillionUsd: number;
  readonly fixedUsd: number;
  readonly totalUsd: number;
  /** Of the total: memory that is paid for while the model provider is waited for. */
  readonly waitingShare: number;
  readonly averageConcurrency: number;
  readonly peakConcurrency: number;
  /** Requests a month above which the fleet costs less; undefined: at no volume. */
  readonly breakEvenRequests: number | undefined;
}

type Prices = typeof priceList;

function sum(terms: readonly Term[]): number {
  return terms.reduce((total, { usd }) => total + usd, 0);
}

function readUnits(seconds: number): number {
  const { policyReadUnits, watchSeconds } = perRequest;
  return policyReadUnits * (1 + Math.floor(seconds / watchSeconds));
}

function computeTerms(memoryMiB: number, { requests, seconds }: Workload, prices: Prices): Term[] {
  const gbSeconds = requests * seconds * (memoryMiB / 1024);
  return [
    {
      name: 'Lambda, duration',
      basis: `${memoryMiB} MiB × ${seconds} s, Arm`,
      usd: gbSeconds * prices.perGb.lambdaSecond,
    },
    { name: 'Lambda, requests', basis: '1 each', usd: (requests / 1e6) * prices.perMillion.lambdaRequests },
  ];
}

function edgeTerms({ webAcls }: Deployment, { requests, answerKb }: Workload, prices: Prices): Term[] {
  const millions = requests / 1e6;
  return [
    { name: 'API Gateway', basis: 'REST, streamed', usd: millions * prices.perMillion.apiRequests },
    {
      name: 'AWS WAF, requests',
      basis: 'up to 1,500 WCU',
      usd: webAcls === 0 ? 0 : millions * prices.perMillion.webAclRequests,
    },
    { name: 'Data out', basis: `${answerKb} KB each`, usd: ((requests * answerKb) / KB_PER_GB) * prices.perGb.dataOut },
  ];
}

function storeTerms({ hasBackups }: Deployment, { requests, seconds }: Workload, prices: Prices): Term[] {
  const millions = requests / 1e6;
  const { writeUnits, recordKb, recordDays } = perRequest;
  const keptGb = ((requests * recordKb) / KB_PER_GB) * (recordDays / 30);
  const perKeptGb = prices.perGb.tableKeptMonth + (hasBackups ? prices.perGb.backupKeptMonth : 0);
  return [
    {
      name: 'DynamoDB, writes',
      basis: `${writeUnits} units each`,
      usd: millions * writeUnits * prices.perMillion.writeUnits,
    },
    {
      name: 'DynamoDB, reads',
      basis: `${readUnits(seconds)} units each`,
      usd: millions * readUnits(seconds) * prices.perMillion.readUnits,
    },
    { name: 'DynamoDB, kept', basis: `records, ${recordDays} days`, usd: keptGb * perKeptGb },
  ];
}

function watchTerms({ isTraced, logRetentionDays }: Deployment, { requests }: Workload, prices: Prices): Term[] {
  const logGb = (requests * perRequest.logKb) / KB_PER_GB;
  const traced = isTraced ? requests * perRequest.tracedShare : 0;
  return [
    { name: 'Logs, ingested', basis: `${perRequest.logKb} KB each`, usd: logGb * prices.perGb.logsIngested },
    {
      name: 'Logs, kept',
      basis: `${logRetentionDays} days`,
      usd: logGb * (logRetentionDays / 30) * prices.perGb.logsKeptMonth,
    },
    { name: 'X-Ray', basis: 'a twentieth of the requests', usd: (traced / 1e6) * prices.perMillion.traces },
  ];
}

function fixedTerms(deployment: Deployment, { perMonth }: Prices): Term[] {
  const { webAcls, webAclRules, kmsKeys, alarms, dashboards } = deployment;
  return [
    { name: 'AWS WAF, ACL', basis: `${webAcls}`, usd: webAcls * perMonth.webAcl },
    { name: 'AWS WAF, rules', basis: `${webAclRules}`, usd: webAclRules * perMonth.webAclRule },
    { name: 'KMS keys', basis: `${kmsKeys}`, usd: kmsKeys * perMonth.kmsKey },
    { name: 'CloudWatch alarms', basis: `${alarms}`, usd: alarms * perMonth.alarm },
    { name: 'CloudWatch dashboards', basis: `${dashboards}`, usd: dashboards * perMonth.dashboard },
  ];
}

/** CPU takes longer where the function's memory gives it a part of a processor only. */
function waitingPart(memoryMiB: number, seconds: number): number {
  const busySeconds = perRequest.cpuSeconds / Math.min(1, memoryMiB / FULL_CPU_MIB);
  return Math.max(0, seconds - busySeconds) / seconds;
}

function breakEven(fixedUsd: number, variablePerMillionUsd: number, { fleet }: Prices): number | undefined {
  const perMillionMore = variablePerMillionUsd - fleet.perMillionRequests;
  if (perMillionMore <= 0) return undefined;
  return Math.max(0, ((fleet.perMonth - fixedUsd) / perMillionMore) * 1e6);
}

/** What a month of the workload costs on the deployment, in USD. */
export function estimateCost(deployment: Deployment, workload: Workload, prices: Prices): Estimate {
  const { requests, seconds, peakFactor } = workload;
  const memoryMiB = workload.memoryMiB ?? deployment.proxyMemoryMiB;
  const compute = computeTerms(memoryMiB, workload, prices);
  const variable = [
    ...compute,
    ...edgeTerms(deployment, workload, prices),
    ...storeTerms(deployment, workload, prices),
    ...watchTerms(deployment, workload, prices),
  ];
  const fixed = fixedTerms(deployment, prices);
  const [fixedUsd, variableUsd] = [sum(fixed), sum(variable)];
  const totalUsd = fixedUsd + variableUsd;
  const variablePerMillionUsd = (variableUsd / requests) * 1e6;
  const averageConcurrency = (requests / SECONDS_PER_MONTH) * seconds;
  return {
    memoryMiB,
    variable,
    fixed,
    variablePerMillionUsd,
    fixedUsd,
    totalUsd,
    waitingShare: ((compute[0]?.usd ?? 0) * waitingPart(memoryMiB, seconds)) / totalUsd,
    averageConcurrency,
    peakConcurrency: averageConcurrency * peakFactor,
    breakEvenRequests: breakEven(fixedUsd, variablePerMillionUsd, prices),
  };
}
