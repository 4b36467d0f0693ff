import type { Presented } from '../domain/keys/presented.ts';
import { readApiKey } from './read-api-key.ts';

export function readPresented({
  headers,
  sourceIp,
}: {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sourceIp: string;
}): Presented {
  return {
    key: readApiKey(headers),
    sourceIp,
    origin: headers['origin'],
    referer: headers['referer'],
    environment: headers['x-portcullis-environment'],
  };
}
