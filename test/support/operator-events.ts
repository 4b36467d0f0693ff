import { paginateQuery } from '@aws-sdk/client-dynamodb';
import { decodeItem } from '../../lambdas/aws/attribute-values.ts';
import { auditEventKey } from '../../lambdas/aws/item-keys.ts';
import { type AuditEntry, auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { OPERATOR_TENANT } from '../../lambdas/domain/credentials/credential-record.ts';
import { dynamodb, gateway } from './gateway.ts';

/** The events of that type in the operator's own chain, in their order. */
export async function readOperatorEvents(type: AuditEntry['type']): Promise<readonly AuditEntry[]> {
  const { pk } = auditEventKey(OPERATOR_TENANT, 0);
  const query = {
    TableName: gateway.tables.audit,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
    ExpressionAttributeValues: { ':pk': pk, ':event': { S: 'EVENT#' } },
    ConsistentRead: true,
  };
  const events: AuditEntry[] = [];
  for await (const { Items = [] } of paginateQuery({ client: dynamodb }, query)) {
    events.push(...Items.map((item) => auditEntry.parse(decodeItem(item))));
  }
  return events.filter((event) => event.type === type);
}
