import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeBatches } from './batches.ts';
import { describeConcurrency } from './concurrency.ts';
import { describeConditions } from './conditions.ts';
import { type Connection, createConformanceTable, dropConformanceTable } from './connection.ts';
import { describeLimits } from './limits.ts';
import { describeQueries } from './queries.ts';
import { describeTimeToLive } from './time-to-live.ts';
import { describeTransactions } from './transactions.ts';
import { describeUpdates } from './updates.ts';

/**
 * What the product relies on DynamoDB for. It runs against any endpoint, so that the embedded one is held to what the
 * service does: `DYNAMODB_ENDPOINT=https://dynamodb.us-east-1.amazonaws.com npm run test:unit -- conformance`.
 */
export function describeDynamoDbConformance(connect: () => Promise<DynamoDBClient>): void {
  let connection: Connection | undefined;
  const current = (): Connection => {
    if (connection === undefined) throw new Error('There is no connection before the tests run.');
    return connection;
  };

  describe('DynamoDB', () => {
    beforeAll(async () => {
      connection = await createConformanceTable(await connect(), `portcullis-conformance-${Date.now()}`);
    }, 180_000);
    afterAll(() => dropConformanceTable(current()));

    describeUpdates(current);
    describeConditions(current);
    describeTransactions(current);
    describeQueries(current);
    describeBatches(current);
    describeTimeToLive(current);
    describeLimits(current);
    describeConcurrency(current);
  });
}
