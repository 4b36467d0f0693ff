import { crc32 } from 'node:zlib';

function writeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const head = Buffer.alloc(nameBytes.length + 4);
  head.writeUInt8(nameBytes.length, 0);
  nameBytes.copy(head, 1);
  head.writeUInt8(7, nameBytes.length + 1);
  head.writeUInt16BE(valueBytes.length, nameBytes.length + 2);
  return Buffer.concat([head, valueBytes]);
}

/** One message of an AWS event stream, its checksums by zlib. `extra`: headers as they are. */
export function eventMessage(
  headers: Readonly<Record<string, string>>,
  payload: string,
  extra = Buffer.alloc(0),
): Buffer {
  const head = Buffer.concat([...Object.entries(headers).map(([name, value]) => writeHeader(name, value)), extra]);
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(head.length + body.length + 16, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, checksum]);
}

export function converseEvent(type: string, value: unknown): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return eventMessage(headers, JSON.stringify(value));
}
