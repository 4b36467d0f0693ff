// As much of HTTP/1.1 as the mock and the load client need to speak it on bare sockets, at a tenth of node:http's cost.

export interface HeadAndRest {
  /** From the first line to the blank one. */
  readonly head: string;
  readonly rest: Buffer;
}

/** Undefined while the blank line that ends the head has not come. */
export function splitHead(bytes: Buffer): HeadAndRest | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? undefined : { head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) };
}

/** Undefined where the head names none: the body is chunked, or there is none. */
export function readContentLength(head: string): number | undefined {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return length === undefined ? undefined : Number(length);
}

export function formatHead(firstLine: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${firstLine}\r\n${lines.join('')}\r\n`;
}
