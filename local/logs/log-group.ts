import { createWriteStream, existsSync, mkdirSync, type WriteStream } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';

/** One stream of a log group: events in order, as CloudWatch keeps them. */
export interface LogStream {
  write(message: string): void;
  close(): Promise<void>;
}

export interface LogEvent {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** The log groups of the stack, each a folder; a stream is a file of one JSON object per line, `{"timestamp","message"}`. */
export interface LogGroups {
  openStream(groupName: string, streamName: string): LogStream;
  /** Adds events with times of their own to a stream; they are in the file when it resolves. */
  append(groupName: string, streamName: string, events: readonly LogEvent[]): Promise<void>;
  hasStream(groupName: string, streamName: string): boolean;
  /** Ends every stream, with what was written on disk. */
  close(): Promise<void>;
}

/** Lines are gathered this long and written together: one by one they would cost more than the request they tell of. */
const gatherMs = 20;

function gather(file: WriteStream): void {
  file.cork();
  setTimeout(() => file.uncork(), gatherMs).unref();
}

/** @param clock milliseconds since the epoch, for the events. */
export function openLogGroups(directory: string, clock: () => number): LogGroups {
  const open = new Set<WriteStream>();
  const close = async (file: WriteStream) => {
    if (!open.delete(file)) return;
    file.end();
    await finished(file).catch(() => undefined);
  };
  const pathOf = (groupName: string, streamName: string) =>
    join(directory, ...groupName.split('/').map(safeSegment), `${safeSegment(streamName)}.log`);
  return {
    append: async (groupName, streamName, events) => {
      const path = pathOf(groupName, streamName);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await appendFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { mode: 0o600 });
    },
    hasStream: (groupName, streamName) => existsSync(pathOf(groupName, streamName)),
    openStream: (groupName, streamName) => {
      const path = pathOf(groupName, streamName);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
      // A full disk must not take the gateway down with it; the functions' own output is the only thing lost.
      file.on('error', () => open.delete(file));
      open.add(file);
      return {
        write: (message) => {
          if (!file.writable) return;
          if (file.writableCorked === 0) gather(file);
          file.write(`${JSON.stringify({ timestamp: clock(), message })}\n`);
        },
        close: () => close(file),
      };
    },
    close: async () => {
      await Promise.all([...open].map(close));
    },
  };
}

/** A log group's name is a path, and comes from the template; no part of it may lead out of the folder. */
function safeSegment(segment: string): string {
  return segment.replaceAll(/[^A-Za-z0-9._#-]/g, '_').replace(/^\.+/, '_');
}
