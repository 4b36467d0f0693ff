import * as z from 'zod';
import { type Answer, answerJson } from '../domain/answer.ts';
import { sequenceOfId } from '../domain/audit/audit-chain.ts';
import type { AuditLogReader, StoredEvent } from '../domain/audit/audit-log-reader.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { pageLimit } from './list-page.ts';

const values = z
  .union([z.string(), z.array(z.string())])
  .transform((one) => [one].flat())
  .pipe(z.array(z.string().min(1).max(128)).min(1).max(50));
const seconds = z
  .string()
  .refine((text) => /^\d{1,12}$/.test(text), 'must be a time in Unix seconds')
  .transform(Number);
const eventId = z.string().refine((text) => sequenceOfId(text) !== undefined, 'must be the id of an event');

const listAuditLogsInput = z
  .strictObject({
    limit: pageLimit,
    after: eventId.optional(),
    before: eventId.optional(),
    'effective_at[gt]': seconds.optional(),
    'effective_at[gte]': seconds.optional(),
    'effective_at[lt]': seconds.optional(),
    'effective_at[lte]': seconds.optional(),
    event_types: values.optional(),
    actor_ids: values.optional(),
    resource_ids: values.optional(),
  })
  .refine(({ after, before }) => after === undefined || before === undefined, {
    message: 'goes only without after',
    path: ['before'],
  });
type Filters = z.infer<typeof listAuditLogsInput>;

/** More than a page, as filters may let few through; what is left is read by the next call. */
const MOST_READ = 5_000;

const named = z.object({ id: z.string() });
const shown = z.looseObject({ id: z.string(), type: z.string(), effective_at: z.number() });
const actors = z.object({
  actor: z.object({
    iam: z.object({ arn: z.string() }).optional(),
    api_key: z.object({ id: z.string(), user: named.optional() }).optional(),
    session: z.object({ user: named }).optional(),
  }),
});

/** Whoever made the change: a key, the member whose key it is, a person, or an AWS principal. */
function actorIdsOf(event: StoredEvent): readonly (string | undefined)[] {
  const { iam, api_key, session } = actors.safeParse(event).data?.actor ?? {};
  return [iam?.arn, api_key?.id, api_key?.user?.id, session?.user.id];
}

function matches(event: z.infer<typeof shown>, filters: Filters): boolean {
  const { type, effective_at: at } = event;
  const isListed = (list: readonly string[] | undefined, ids: readonly (string | undefined)[]) =>
    list === undefined || ids.some((id) => id !== undefined && list.includes(id));
  return (
    at > (filters['effective_at[gt]'] ?? -1) &&
    at >= (filters['effective_at[gte]'] ?? 0) &&
    at < (filters['effective_at[lt]'] ?? Number.POSITIVE_INFINITY) &&
    at <= (filters['effective_at[lte]'] ?? Number.POSITIVE_INFINITY) &&
    isListed(filters.event_types, [type]) &&
    isListed(filters.actor_ids, actorIdsOf(event)) &&
    isListed(filters.resource_ids, [named.safeParse(event[type]).data?.id])
  );
}

export interface ListAuditLogsPorts {
  readonly auditLog: AuditLogReader;
}

type ShownEvent = z.infer<typeof shown>;

interface Found {
  readonly events: readonly ShownEvent[];
  readonly hasMore: boolean;
  /** Where the next call goes on from: the last event that was looked at, whether or not the filters let it through. */
  readonly cursor: string | null;
}

async function find(tenant: string, filters: Filters, { auditLog }: ListAuditLogsPorts): Promise<Found> {
  const newestFirst = filters.before === undefined;
  const from = sequenceOfId(filters.before ?? filters.after ?? '');
  const events: ShownEvent[] = [];
  let cursor: string | null = null;
  let looked = 0;
  for await (const page of auditLog.readEvents(tenant, { from, newestFirst })) {
    for (const stored of page) {
      if (looked >= MOST_READ) return { events, hasMore: true, cursor };
      const event = shown.parse(stored);
      if (matches(event, filters)) {
        if (events.length === filters.limit) return { events, hasMore: true, cursor };
        events.push(event);
      }
      cursor = event.id;
      looked += 1;
    }
  }
  return { events, hasMore: false, cursor: events.at(-1)?.id ?? null };
}

/** Refused where a cursor is no event of the account's: it would silently start somewhere else. */
async function checkCursor(
  tenant: string,
  { after, before }: Filters,
  { auditLog }: ListAuditLogsPorts,
): Promise<Outcome<undefined>> {
  const cursor = after ?? before;
  const sequence = cursor === undefined ? undefined : sequenceOfId(cursor);
  if (sequence === undefined) return accept(undefined);
  const { data } = named.safeParse(await auditLog.findEvent(tenant, sequence));
  if (data?.id === cursor) return accept(undefined);
  const param = after === undefined ? 'before' : 'after';
  return refuse('invalid_request', `Invalid value: '${param}' must be the id of an event of this account.`, param);
}

/** GET /v1/organization/audit_logs: the account's events, the newest first, each as it was hashed. */
export async function listAuditLogs(call: KeyCall, ports: ListAuditLogsPorts): Promise<Outcome<Answer>> {
  const input = parseInput(listAuditLogsInput, call.input);
  if (!input.ok) return input;
  const tenant = call.account.id;
  const known = await checkCursor(tenant, input.value, ports);
  if (!known.ok) return known;
  const { events, hasMore, cursor } = await find(tenant, input.value, ports);
  const isBackwards = input.value.before !== undefined;
  const data = isBackwards ? events.toReversed() : events;
  return accept(
    answerJson(200, {
      object: 'list',
      data,
      first_id: isBackwards ? cursor : (data.at(0)?.id ?? null),
      last_id: isBackwards ? (data.at(-1)?.id ?? null) : cursor,
      has_more: hasMore,
    }),
  );
}
