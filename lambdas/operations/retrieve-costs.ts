import * as z from 'zod';
import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { formatUsd } from '../domain/money.ts';
import { parseInput } from '../domain/parse-input.ts';
import { dimensions, type UsageGroup } from '../domain/usage/group-usage.ts';
import { type ReportUsagePorts, reportFields, reportUsage } from './report-usage.ts';
import { several } from './usage-fields.ts';

const costsInput = z.strictObject({
  ...reportFields,
  bucket_width: z.enum(['1h', '1d']).default('1d'),
  // What OpenAI calls a line item is a model here.
  group_by: several(z.enum([...dimensions, 'line_item'])),
});

/** OpenAI has days alone. */
const sizes = { '1h': { usual: 24, most: 168 }, '1d': { usual: 7, most: 180 } };

const NANOS_PER_DOLLAR = 1_000_000_000;

/** GET /v1/organization/costs */
export async function retrieveCosts(call: KeyCall, ports: ReportUsagePorts): Promise<Outcome<Answer>> {
  const input = parseInput(costsInput, call.input);
  if (!input.ok) return input;
  const { group_by: named = [], ...report } = input.value;
  const groupBy = named.map((name) => (name === 'line_item' ? 'model' : name));
  const present = ({ by, counts: { amountNano } }: UsageGroup) => ({
    object: 'organization.costs.result',
    // `value` is OpenAI's, a number and so a double; `decimal` is exact whatever the amount.
    amount: { value: amountNano / NANOS_PER_DOLLAR, currency: 'usd', decimal: formatUsd(amountNano) },
    ...by,
    line_item: named.includes('line_item') ? by.model : null,
    model: named.includes('model') ? by.model : null,
    project_id: null,
  });
  return reportUsage(call, { ...report, groupBy }, { sizes, present }, ports);
}
