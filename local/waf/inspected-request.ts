import { createHash } from 'node:crypto';
import type { FieldToMatch } from '../template/web-acl-model.ts';

/** What AWS WAF is shown of a request. */
export interface InspectedRequest {
  readonly method: string;
  /** As on the request line, without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its beginning, a character per byte. */
  readonly body: string;
  /** Whether there is more of the body than `body` holds. */
  readonly isCut: boolean;
  readonly sourceIp: string;
}

export function headerOf({ headers }: InspectedRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : value?.join(',');
}

/** The text that a statement looks at; undefined where the request has no such part. */
export function textOf(request: InspectedRequest, field: FieldToMatch): string | undefined {
  if ('UriPath' in field) return request.path;
  if ('SingleHeader' in field) return headerOf(request, field.SingleHeader.Name);
  return request.body;
}

/** What a body that cannot be seen whole decides by itself; undefined: the part that is seen is looked at. */
export function verdictOfOversize({ isCut }: InspectedRequest, field: FieldToMatch): boolean | undefined {
  if (!isCut || !('Body' in field) || field.Body.OversizeHandling === 'CONTINUE') return undefined;
  return field.Body.OversizeHandling === 'MATCH';
}

/** AWS's MD5 is sixteen bytes; here it is their text, which tells keys apart as well. */
export function transform(text: string, [{ Type: type }]: readonly [{ readonly Type: 'NONE' | 'MD5' }]): string {
  return type === 'NONE' ? text : createHash('md5').update(text).digest('hex');
}
