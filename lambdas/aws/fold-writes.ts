import type { UnloggedRecord } from '../domain/limits/request-record.ts';
import type { ClaimedHour } from '../domain/usage/fold-store.ts';
import { expiryOf } from '../domain/usage/hours.ts';
import type { AttributeValue } from './attribute-values.ts';
import { type HourAddress, hourKey, requestKey, unloggedSumKey } from './item-keys.ts';

export interface HourChange {
  readonly set?: string | undefined;
  readonly remove?: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** No record can have come since the hour was claimed. */
export function unmarked({ state }: ClaimedHour): Pick<HourChange, 'condition' | 'values'> {
  return { condition: 'marks = :marks', values: { ':marks': { N: String(state.marks) } } };
}

/** An update of the hour. Every step of a fold raises `folds`. */
export function renderStep(table: string, hour: HourAddress, { set, remove, condition, values }: HourChange) {
  return {
    TableName: table,
    Key: hourKey(hour),
    UpdateExpression: [set && `SET ${set}`, remove && `REMOVE ${remove}`, 'ADD folds :one'].filter(Boolean).join(' '),
    ConditionExpression: condition,
    ExpressionAttributeValues: { ...values, ':one': { N: '1' } },
  };
}

/** What these records of a key come to, on top of what was taken away before. */
function addToSum(table: string, hour: ClaimedHour, keyId: string, records: readonly UnloggedRecord[]) {
  return {
    TableName: table,
    Key: unloggedSumKey(hour, keyId),
    UpdateExpression:
      'SET schemaVersion = :one, keyId = :key, expiresAtSeconds = :end ADD requests :count, amountNano :sum',
    ExpressionAttributeValues: {
      ':one': { N: '1' },
      ':key': { S: keyId },
      ':end': { N: String(expiryOf(hour.hourMs, hour.state.usageDays)) },
      ':count': { N: String(records.filter(({ amountNano }) => amountNano > 0).length) },
      ':sum': { N: String(records.reduce((sum, { amountNano }) => sum + amountNano, 0)) },
    },
  };
}

/**
 * A transaction that turns records into sums. It adds, and yet cannot do so twice: each record must be there to be taken away.
 */
export function renderAbsorption(table: string, hour: ClaimedHour, records: readonly UnloggedRecord[]) {
  const byKey = Map.groupBy(records, ({ keyId }) => keyId);
  return [
    { Update: renderStep(table, hour, unmarked(hour)) },
    ...[...byKey].map(([keyId, own]) => ({ Update: addToSum(table, hour, keyId, own) })),
    ...records.map((record) => ({
      Delete: { TableName: table, Key: requestKey(record), ConditionExpression: 'attribute_exists(pk)' },
    })),
  ];
}
