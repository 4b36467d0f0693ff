// A report of what an account has used, in OpenAI's shape: buckets of time, each with its results.
import * as z from 'zod';
import { retentionOf } from '../domain/accounts/retention.ts';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { createGroups, createUsageFilter, type Dimension, type UsageGroup } from '../domain/usage/group-usage.ts';
import { nextHour } from '../domain/usage/hours.ts';
import {
  type BucketPlan,
  type BucketWidth,
  bucketSeconds,
  cutShort,
  planBuckets,
} from '../domain/usage/time-buckets.ts';
import type { UsageReader } from '../domain/usage/usage-reader.ts';
import { filterFields, unixSeconds } from './usage-fields.ts';

export interface ReportUsagePorts {
  readonly usage: UsageReader;
  readonly nowSeconds: () => number;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
}

/** Of each width, how many buckets a page has. */
export type PageSizes = Readonly<Partial<Record<BucketWidth, { readonly usual: number; readonly most: number }>>>;

export const reportFields = {
  start_time: unixSeconds,
  end_time: unixSeconds.optional(),
  ...filterFields,
  limit: z.string().optional(),
  page: z.string().optional(),
};

/** A page ends before its time where reading it takes this long: the rest is on the next one. */
const PAGE_MS = 10_000;

type ReportInput = z.infer<z.ZodObject<typeof reportFields>> & { readonly bucket_width: BucketWidth };

const PAGE_TOKEN = /^page_(\d{1,11})$/;

function planOf(input: ReportInput, sizes: PageSizes, nowSeconds: number): Outcome<BucketPlan> {
  const { start_time: startTime, end_time: endTime, bucket_width: width } = input;
  const { usual, most } = sizes[width] ?? { usual: 1, most: 1 };
  if (endTime !== undefined && endTime <= startTime) {
    return refuse('invalid_request', "Invalid value: 'end_time' must be after 'start_time'.", 'end_time');
  }
  const { limit = String(usual) } = input;
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > most) {
    return refuse('invalid_request', `Invalid value: 'limit' must be from 1 to ${most}.`, 'limit');
  }
  const page = input.page === undefined ? undefined : Number(PAGE_TOKEN.exec(input.page)?.[1] ?? Number.NaN);
  if (page !== undefined && !(page >= startTime && page % bucketSeconds[width] === 0)) {
    return refuse('invalid_request', "Invalid value: 'page' must be the 'next_page' of an earlier answer.", 'page');
  }
  return accept(planBuckets({ width, startTime, endTime, limit: Number(limit), page }, nowSeconds));
}

interface Report {
  readonly plan: BucketPlan;
  readonly buckets: readonly (readonly UsageGroup[])[];
}

interface ReportQuery {
  readonly plan: BucketPlan;
  readonly groupBy: readonly Dimension[];
  readonly matches: ReturnType<typeof createUsageFilter>;
}

async function readReport({ account }: KeyCall, query: ReportQuery, ports: ReportUsagePorts): Promise<Report> {
  const { plan, groupBy, matches } = query;
  const { startTime, endTime, count, widthSeconds } = plan;
  const groups = Array.from({ length: count }, () => createGroups(groupBy));
  const report = (of: BucketPlan) => ({ plan: of, buckets: groups.slice(0, of.count).map((each) => each.list()) });
  if (count === 0) return report(plan);
  const beganMs = ports.elapsedMs();
  const by = widthSeconds < bucketSeconds['1h'] ? 'minute' : 'hour';
  const [fromMs, toMs] = [startTime * 1000, endTime * 1000];
  const range = { accountId: account.id, fromMs, toMs, by, retention: retentionOf(account) } as const;
  for await (const { hourMs, entries } of ports.usage.readHours(range)) {
    for (const { atMs, row } of entries) {
      if (matches(row)) groups[Math.floor((atMs / 1000 - startTime) / widthSeconds)]?.add(row);
    }
    const wholeUntil = Math.floor(nextHour(hourMs) / 1000 / widthSeconds) * widthSeconds;
    const isShort = wholeUntil > startTime && wholeUntil < endTime;
    if (isShort && ports.elapsedMs() - beganMs > PAGE_MS) return report(cutShort(plan, wholeUntil));
  }
  return report(plan);
}

export interface ReportKind {
  readonly sizes: PageSizes;
  readonly present: (group: UsageGroup) => object;
}

/** Answers with a page of buckets, those without any usage included. Each is exact as of when it is read. */
export async function reportUsage(
  call: KeyCall,
  input: ReportInput & { readonly groupBy: readonly Dimension[] },
  { sizes, present }: ReportKind,
  ports: ReportUsagePorts,
): Promise<Outcome<Answer>> {
  const planned = planOf(input, sizes, ports.nowSeconds());
  if (!planned.ok) return planned;
  const matches = createUsageFilter({ keyIds: input.api_key_ids, models: input.models });
  const query = { plan: planned.value, groupBy: input.groupBy, matches };
  const { plan, buckets } = await readReport(call, query, ports);
  const startOf = (index: number) => plan.startTime + index * plan.widthSeconds;
  return accept(
    answerJson(200, {
      object: 'page',
      data: buckets.map((groups, index) => ({
        object: 'bucket',
        start_time: startOf(index),
        end_time: startOf(index + 1),
        results: groups.map(present),
      })),
      has_more: plan.nextPage !== undefined,
      next_page: plan.nextPage === undefined ? null : `page_${plan.nextPage}`,
    }),
  );
}
