import * as z from 'zod';
import type { JsonObject } from '../aws-json/server.ts';
import type { TableAccess } from '../template/store-model.ts';
import type { AccessRequest } from './policy.ts';

const attribute = z.record(z.string(), z.unknown());
const item = z.record(z.string(), attribute);
type Item = z.infer<typeof item>;
const single = z.object({
  TableName: z.string(),
  IndexName: z.string().optional(),
  Key: item.optional(),
  Item: item.optional(),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: item.default({}),
});
type Single = z.infer<typeof single>;

const batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const batchGet = z.object({ Keys: z.array(item) });
const batchWrite = z.array(
  z.object({ PutRequest: z.object({ Item: item }).optional(), DeleteRequest: z.object({ Key: item }).optional() }),
);
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), single)) });

/** The permission that each part of a transaction takes. */
const actionOfPart: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * What IAM is asked for a call of DynamoDB, the use of the table's key included. A call that is malformed asks for
 * nothing: DynamoDB itself refuses it.
 */
export function dynamoDbAccess(tables: readonly TableAccess[], region: string) {
  const byName = new Map(tables.map((table) => [table.name, table]));

  function requestsFor(action: string, name: string, keys: readonly string[], more: AccessRequest['context'] = {}) {
    const table = byName.get(name);
    return table === undefined ? [] : requestsOn(table, { action, keys, more });
  }

  function requestsOn(table: TableAccess, { action, keys, more, index }: ItemAccess): AccessRequest[] {
    const resource = index === undefined ? table.arn : `${table.arn}/index/${index}`;
    const context = { ...(keys.length > 0 && { 'dynamodb:LeadingKeys': keys }), ...more };
    const use = { action: `dynamodb:${action}`, resource, context };
    return table.keyArn === undefined ? [use] : [use, decryption(table.keyArn, table.name, region)];
  }

  function ofTransaction(operation: string, input: JsonObject): AccessRequest[] {
    const { TransactItems } = transaction.parse(input);
    return TransactItems.flatMap((entry) =>
      Object.entries(entry).flatMap(([part, given]) =>
        requestsFor(actionOfPart[part] ?? part, given.TableName, leadingKeys(given, byName), {
          'dynamodb:EnclosingOperation': operation,
        }),
      ),
    );
  }

  function ofSingle(operation: string, input: JsonObject): AccessRequest[] {
    const given = single.parse(input);
    const table = byName.get(given.TableName);
    if (table === undefined) return [];
    const keys = leadingKeys(given, byName);
    return requestsOn(table, { action: operation, keys, more: {}, index: given.IndexName });
  }

  return (operation: string, input: JsonObject): readonly AccessRequest[] => {
    try {
      if (operation.startsWith('Transact')) return ofTransaction(operation, input);
      if (!operation.startsWith('Batch')) return ofSingle(operation, input);
      return Object.entries(batch.parse(input).RequestItems).flatMap(([name, parts]) =>
        requestsFor(operation, name, keysOfBatch(parts, byName.get(name))),
      );
    } catch (error) {
      if (error instanceof z.ZodError) return [];
      throw error;
    }
  };
}

interface ItemAccess {
  readonly action: string;
  readonly keys: readonly string[];
  readonly more: AccessRequest['context'];
  readonly index?: string | undefined;
}

/** DynamoDB decrypts on the caller's behalf. */
function decryption(resource: string, tableName: string, region: string): AccessRequest {
  return {
    action: 'kms:Decrypt',
    resource,
    context: {
      'kms:ViaService': `dynamodb.${region}.amazonaws.com`,
      'kms:EncryptionContext:aws:dynamodb:tableName': tableName,
    },
  };
}

function keysOfBatch(parts: unknown, table: TableAccess | undefined): string[] {
  const name = table?.partitionKey ?? '';
  return itemsOfBatch(parts).flatMap((one) => textOf(one[name]) ?? []);
}

function itemsOfBatch(parts: unknown): readonly Item[] {
  const reads = batchGet.safeParse(parts);
  if (reads.success) return reads.data.Keys;
  return batchWrite.parse(parts).flatMap(({ PutRequest, DeleteRequest }): readonly Item[] => {
    const one = PutRequest?.Item ?? DeleteRequest?.Key;
    return one === undefined ? [] : [one];
  });
}

/** The partition that a call names: in a key, in an item, or in the condition of a query. */
function leadingKeys(given: Single, tables: ReadonlyMap<string, TableAccess>): string[] {
  const table = tables.get(given.TableName);
  if (table === undefined) return [];
  const name = given.IndexName === undefined ? table.partitionKey : table.indexKeys[given.IndexName];
  const text = textOf((given.Key ?? given.Item)?.[name ?? ''] ?? queried(given, name));
  return text === undefined ? [] : [text];
}

function queried({ KeyConditionExpression: condition = '', ...given }: Single, name: string | undefined) {
  const equalities = [...condition.matchAll(/([#\w]+)\s*=\s*(:\w+)/g)];
  const found = equalities.find(
    ([, attribute = '']) => (given.ExpressionAttributeNames[attribute] ?? attribute) === name,
  );
  return found?.[2] === undefined ? undefined : given.ExpressionAttributeValues[found[2]];
}

function textOf(value: z.infer<typeof attribute> | undefined): string | undefined {
  const [text] = Object.values(value ?? {});
  return typeof text === 'string' ? text : undefined;
}
