import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

/** A table with `pk` and `sk`, a full index `by-rank` (`group`, `rank`) and a keys-only index `by-bucket` (`bucket`). */
export interface Connection {
  readonly client: DynamoDBClient;
  readonly table: string;
}

export type Item = Record<string, AttributeValue>;

/** Numbers and strings as DynamoDB writes them. */
export const n = (value: number | string): AttributeValue => ({ N: String(value) });
export const s = (value: string): AttributeValue => ({ S: value });
export const m = (value: Item): AttributeValue => ({ M: value });

export async function createConformanceTable(client: DynamoDBClient, table: string): Promise<Connection> {
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        ...['pk', 'sk', 'group', 'bucket'].map(string),
        { AttributeName: 'rank', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-rank',
          KeySchema: [
            { AttributeName: 'group', KeyType: 'HASH' },
            { AttributeName: 'rank', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'by-bucket',
          KeySchema: [{ AttributeName: 'bucket', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 5 }, { TableName: table });
  return { client, table };
}

export async function dropConformanceTable({ client, table }: Connection): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: table }));
}

const refusal = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
  Item: z.unknown().optional(),
  CancellationReasons: z.unknown().optional(),
});

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number;
  readonly item: unknown;
  readonly reasons: unknown;
}

/** What the service refused, for a test to compare; named `accepted` where it refused nothing. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const outcome = await work.then(
    () => ({ name: 'accepted', message: '', $metadata: { httpStatusCode: 200 } }),
    (error: unknown) => error,
  );
  const { name, message, $metadata, Item, CancellationReasons } = refusal.parse(outcome);
  return { name, message, status: $metadata.httpStatusCode, item: Item, reasons: CancellationReasons };
}
