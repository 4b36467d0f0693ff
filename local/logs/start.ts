import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import { type LocalEndpoint, serveAwsJson } from '../aws-json/server.ts';
import type { LogEvent, LogGroups } from './log-group.ts';

export interface LocalLogsOptions {
  readonly logs: LogGroups;
  /** Names of the groups that there are. */
  readonly groups: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of faults of the emulation's own; nothing of a request is in them. @default nobody */
  readonly onFault?: ((operation: string, error: unknown) => void) | undefined;
}

const stream = z.object({ logGroupName: z.string().min(1), logStreamName: z.string().min(1).max(512) });
const putInput = stream.extend({
  logEvents: z
    .array(z.object({ timestamp: z.number(), message: z.string().min(1) }))
    .min(1)
    .max(10_000),
});

const hourMs = 60 * 60 * 1000;
const longestSpanMs = 24 * hourMs;
const oldestMs = 14 * 24 * hourMs;
const newestMs = 2 * hourMs;
const largestBatchBytes = 1_048_576;
const overheadBytes = 26;

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** CloudWatch Logs on this machine, as far as functions write to groups that are not their own. */
export async function startLogs({ logs, groups, now, onFault }: LocalLogsOptions): Promise<LocalEndpoint> {
  const known = new Set(groups);

  function findGroup({ logGroupName }: z.infer<typeof stream>): void {
    if (!known.has(logGroupName)) {
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
  }

  async function createLogStream(input: z.infer<typeof stream>): Promise<object> {
    findGroup(input);
    if (logs.hasStream(input.logGroupName, input.logStreamName)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    await logs.append(input.logGroupName, input.logStreamName, []);
    return {};
  }

  async function putLogEvents({ logEvents, ...input }: z.infer<typeof putInput>): Promise<object> {
    findGroup(input);
    if (!logs.hasStream(input.logGroupName, input.logStreamName)) {
      throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    }
    checkBatch(logEvents);
    const nowMs = now();
    const taken = logEvents.filter(({ timestamp }) => timestamp >= nowMs - oldestMs && timestamp <= nowMs + newestMs);
    await logs.append(input.logGroupName, input.logStreamName, taken);
    if (taken.length === logEvents.length) return {};
    // The service names positions; that something was left out is all that a caller of ours needs.
    return { rejectedLogEventsInfo: { tooOldLogEventEndIndex: logEvents.length - taken.length } };
  }

  return serveAwsJson({
    contentType: 'application/x-amz-json-1.1',
    targetPrefix: 'Logs_20140328',
    errorNamespace: '',
    internalError: 'ServiceUnavailableException',
    onFault,
    async handle(name, input) {
      if (name === 'CreateLogStream') return createLogStream(parse(stream, input));
      if (name === 'PutLogEvents') return putLogEvents(parse(putInput, input));
      throw new AwsError('UnknownOperationException', null);
    },
  });
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid('1 validation error detected');
  return parsed.data;
}

function checkBatch(events: readonly LogEvent[]): void {
  const times = events.map(({ timestamp }) => timestamp);
  if (times.some((time, index) => time < (times[index - 1] ?? time))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > longestSpanMs) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + overheadBytes, 0);
  if (bytes > largestBatchBytes) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of 1048576`);
}
