import * as z from 'zod/mini';
import { chainHead } from '../domain/audit/audit-chain.ts';
import type { AuditLogReader, StoredEvent } from '../domain/audit/audit-log-reader.ts';
import { auditEventKey, auditHeadKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { queryPages } from './query-pages.ts';
import { readRecord } from './read-record.ts';

export interface DynamoAuditLogReaderOptions {
  readonly client: JsonClient;
  /** The `audit` table. */
  readonly table: string;
}

const storedEvent = z.record(z.string(), z.unknown());
const LAST_PLACE = 999_999_999_999;

/** The keys of the table are no part of the event. */
function eventOf({ pk: _pk, sk: _sk, ...event }: Readonly<Record<string, unknown>>): StoredEvent {
  return event;
}

export function createDynamoAuditLogReader({ client, table }: DynamoAuditLogReaderOptions): AuditLogReader {
  return {
    async *readEvents(tenant, { from, newestFirst }) {
      const first = newestFirst ? 1 : (from ?? 0) + 1;
      const last = newestFirst ? (from ?? LAST_PLACE + 1) - 1 : LAST_PLACE;
      if (first > last) return;
      const { pk, sk } = auditEventKey(tenant, first);
      const pages = queryPages(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': sk, ':last': auditEventKey(tenant, last).sk },
        ScanIndexForward: !newestFirst,
        ConsistentRead: true,
      });
      for await (const page of pages) yield page.map(eventOf);
    },
    findHead: (tenant) => readRecord({ client, table }, auditHeadKey(tenant), chainHead),
    async findEvent(tenant, sequence) {
      const found = await readRecord({ client, table }, auditEventKey(tenant, sequence), storedEvent);
      return found && eventOf(found);
    },
  };
}
