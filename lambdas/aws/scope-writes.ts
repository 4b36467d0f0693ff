import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { ScopePolicy } from '../domain/limits/scope.ts';
import { newScopeState } from '../domain/limits/scope-state.ts';
import { type AttributeValue, encodeItem } from './attribute-values.ts';
import { type ItemKey, scopeKey } from './item-keys.ts';

export interface ScopeUpsert {
  readonly TableName: string;
  readonly Key: ItemKey;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Readonly<Record<string, AttributeValue>>;
}

/** Gives each attribute of a new scope where it is missing; those named in `overwritten` get it whatever is there. */
function upsert(table: string, policy: ScopePolicy, overwritten: ReadonlySet<string>): ScopeUpsert {
  const attributes = Object.entries(encodeItem(newScopeState(policy)));
  const assignments = attributes.map(([name], index) =>
    overwritten.has(name) ? `#${index} = :${index}` : `#${index} = if_not_exists(#${index}, :${index})`,
  );
  return {
    TableName: table,
    Key: scopeKey(policy.scope),
    UpdateExpression: `SET ${assignments.join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(attributes.map(([name], index) => [`#${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(attributes.map(([, value], index) => [`:${index}`, value])),
  };
}

const versionAlone = new Set(['policyVersion']);
const nothing = new Set<string>();

/**
 * Makes the counters turn away every version but this one, and makes them where they are missing. Part of the transaction
 * that changes the policy. Counters are never deleted: a request may still be running on them.
 */
export function raiseScope(table: string, policy: ScopePolicy): TransactWriteItem {
  return { Update: { ...upsert(table, policy, versionAlone), Key: { ...scopeKey(policy.scope) } } };
}

/** Makes the counters where they are missing, and leaves them alone where they exist: input of one UpdateItem. */
export function openScope(table: string, policy: ScopePolicy): ScopeUpsert {
  return upsert(table, policy, nothing);
}
