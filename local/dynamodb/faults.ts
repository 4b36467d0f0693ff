import { AwsError } from '../aws-json/aws-error.ts';
import { noAnswer } from '../aws-json/server.ts';
import { dynamoError } from './engine.ts';

/**
 * Ways in which the service fails its callers, for tests: refused for load, refused for a running transaction, failed,
 * never answered; and, hardest, done but with its answer lost.
 */
export type Fault = 'throttle' | 'conflict' | 'internal-error' | 'timeout' | 'lose-answer';

/** Decides what happens to a request, which names these tables; undefined = nothing. */
export type Faults = (operation: string, tables: readonly string[]) => Fault | undefined;

/** Runs an operation as the fault would have it. */
export async function withFault(
  fault: Fault | undefined,
  run: () => Promise<object>,
): Promise<object | typeof noAnswer> {
  switch (fault) {
    case 'throttle':
      throw dynamoError('ThrottlingException', 'Throughput exceeds the current capacity of your table or index.');
    case 'conflict':
      throw dynamoError('TransactionConflictException', 'Transaction is ongoing for the item');
    case 'internal-error':
      throw new AwsError('com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal server error', {
        status: 500,
      });
    case 'timeout':
      return new Promise(() => {});
    case 'lose-answer':
      await run();
      return noAnswer;
    case undefined:
      return run();
  }
}
