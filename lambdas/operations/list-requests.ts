import * as z from 'zod';
import { retentionOf } from '../domain/accounts/retention.ts';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { type LoggedRecord, recordStatuses } from '../domain/limits/request-record.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { formatUsd } from '../domain/money.ts';
import { parseInput } from '../domain/parse-input.ts';
import { createUsageFilter, modelName } from '../domain/usage/group-usage.ts';
import type { RequestPlace, RequestReader } from '../domain/usage/request-reader.ts';
import { filterFields, several, unixSeconds, wholeNumber } from './usage-fields.ts';

export interface ListRequestsPorts {
  readonly requests: RequestReader;
  readonly nowSeconds: () => number;
}

const listRequestsInput = z.strictObject({
  start_time: unixSeconds.optional(),
  end_time: unixSeconds.optional(),
  ...filterFields,
  request_ids: several(z.string().min(1).max(200)),
  statuses: several(z.enum(recordStatuses)),
  order: z.enum(['asc', 'desc']).default('desc'),
  limit: wholeNumber(100).default(20),
  page: z.string().optional(),
});
type ListRequestsInput = z.infer<typeof listRequestsInput>;

const DAY_SECONDS = 86_400;
const PAGE_TOKEN = /^page_(\d{1,9})_([\w.-]{1,200})$/;

function readPage(token: string): RequestPlace | undefined {
  const [, minute, requestId] = PAGE_TOKEN.exec(token) ?? [];
  return minute === undefined || requestId === undefined ? undefined : { minute: Number(minute), requestId };
}

/** A request that was tried again, as its policy had changed, has a record for each attempt: `<id>`, `<id>.2`. */
function hasId({ requestId }: LoggedRecord, wanted: readonly string[]): boolean {
  return wanted.some((id) => requestId === id || requestId.startsWith(`${id}.`));
}

function createMatch({ api_key_ids: keyIds, models, statuses, request_ids: ids }: ListRequestsInput) {
  const ofUsage = createUsageFilter({ keyIds, models });
  return (record: LoggedRecord): boolean =>
    ofUsage(record) && (statuses?.includes(record.status) ?? true) && (ids === undefined || hasId(record, ids));
}

/** What is not known, as the function died with it, is null. */
function present(record: LoggedRecord) {
  const isKnown = record.provider !== 'unknown';
  return {
    object: 'organization.usage.request',
    id: record.requestId,
    created_at: Math.floor(record.startedAtMs / 1000),
    status: record.status,
    api_key_id: record.keyId,
    provider: isKnown ? record.provider : null,
    model: isKnown ? modelName(record) : null,
    amount: formatUsd(record.amountNano),
    amount_reserved: formatUsd(record.reservedNano),
    estimated: record.estimated,
    input_tokens: record.inputTokens,
    input_cached_tokens: record.cachedInputTokens,
    input_cache_write_tokens: record.cacheWriteTokens ?? 0,
    output_tokens: record.outputTokens,
  };
}

function inOrder(records: readonly LoggedRecord[], order: ListRequestsInput['order']): readonly LoggedRecord[] {
  const sign = order === 'asc' ? 1 : -1;
  return records.toSorted((one, other) => sign * (one.startedAtMs - other.startedAtMs));
}

/**
 * GET /v1/organization/usage/requests: what is recorded of single requests, the latest minute first. Those under zero logging
 * are not among them. A page may have fewer than `limit`, and yet more may follow: `has_more` alone tells.
 */
export async function listRequests(call: KeyCall, ports: ListRequestsPorts): Promise<Outcome<Answer>> {
  const input = parseInput(listRequestsInput, call.input);
  if (!input.ok) return input;
  const { order, limit, page } = input.value;
  const after = page === undefined ? undefined : readPage(page);
  if (page !== undefined && after === undefined) {
    return refuse('invalid_request', "Invalid value: 'page' must be the 'next_page' of an earlier answer.", 'page');
  }
  const { end_time: end = ports.nowSeconds() + 1, start_time: start = Math.max(0, end - DAY_SECONDS) } = input.value;
  if (end <= start) {
    return refuse('invalid_request', "Invalid value: 'end_time' must be after 'start_time'.", 'end_time');
  }
  const { id: accountId } = call.account;
  const range = { accountId, fromMs: start * 1000, toMs: end * 1000, retention: retentionOf(call.account) };
  const query = { ...range, order, limit, after, matches: createMatch(input.value) };
  const { records, next } = await ports.requests.listRequests(query);
  return accept(
    answerJson(200, {
      object: 'page',
      // Within a minute they lie by their ids.
      data: inOrder(records, order).map(present),
      has_more: next !== undefined,
      next_page: next === undefined ? null : `page_${next.minute}_${next.requestId}`,
    }),
  );
}
