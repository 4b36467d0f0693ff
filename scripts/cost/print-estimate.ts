import type { Estimate, Term, Workload } from './estimate-cost.ts';
import type { priceList } from './price-list.ts';

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function money(usd: number): string {
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function row(name: string, basis: string, usd: number): string {
  return `  ${name.padEnd(24)}${basis.padEnd(30)}${money(usd).padStart(12)}`;
}

function rows(terms: readonly Term[]): string[] {
  return terms.filter(({ usd }) => usd > 0).map(({ name, basis, usd }) => row(name, basis, usd));
}

function describeBreakEven({ breakEvenRequests }: Estimate): string {
  if (breakEvenRequests === undefined) return 'costs more at every volume';
  if (breakEvenRequests === 0) return 'costs less at every volume';
  return `costs less above ${counts.format(breakEvenRequests)} requests a month`;
}

/** The estimate as a table for a terminal. */
export function printEstimate(
  stage: string,
  { requests, seconds, peakFactor }: Workload,
  estimate: Estimate,
  prices: typeof priceList,
): string {
  const { fleet, asOf, region } = prices;
  return [
    `Stage ${stage}: ${counts.format(requests)} requests a month of ${seconds} s, data plane at ${estimate.memoryMiB} MiB`,
    `List prices of ${asOf}, ${region}, no free tier; what the model providers charge comes on top.`,
    '',
    'With the requests',
    ...rows(estimate.variable),
    row('per million requests', '', estimate.variablePerMillionUsd),
    '',
    'Without any',
    ...rows(estimate.fixed),
    row('a month', '', estimate.fixedUsd),
    '',
    row('All of it, a month', '', estimate.totalUsd),
    `  ${(estimate.waitingShare * 100).toFixed(0)} % of that is memory that waits for the model provider.`,
    '',
    'Fleet arithmetic',
    `  Environments in use at once = requests per second × seconds: ${estimate.averageConcurrency.toFixed(1)} on average,`,
    `  ${estimate.peakConcurrency.toFixed(0)} where the busiest second has ${peakFactor} times the average. The default quota is 1,000 a region.`,
    `  A container fleet (${money(fleet.perMonth)} a month and ${money(fleet.perMillionRequests)} a million requests) ${describeBreakEven(estimate)}.`,
    '',
  ].join('\n');
}
