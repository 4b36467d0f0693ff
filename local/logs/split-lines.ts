import { StringDecoder } from 'node:string_decoder';

/** The largest event that CloudWatch takes, in characters; a longer line is cut. */
const longestLine = 256 * 1024;

/** Cuts a byte stream into lines, wherever its chunks end. `end` hands on a last line that has no newline. */
export interface LineSplitter {
  push(chunk: Buffer): void;
  end(): void;
}

export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const flush = () => {
    if (rest !== '') onLine(rest);
    rest = '';
  };
  return {
    push: (chunk) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (rest.length > longestLine) flush();
    },
    end: () => {
      rest += decoder.end();
      flush();
    },
  };
}
