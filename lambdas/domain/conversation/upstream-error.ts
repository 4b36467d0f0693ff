/** What a provider says went wrong, in no dialect. */
export type UpstreamErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'too_large'
  | 'rate_limit'
  | 'quota'
  | 'overloaded'
  | 'timeout'
  | 'server';

export interface UpstreamError {
  readonly kind: UpstreamErrorKind;
  /** The provider's status; for what a stream tells, the one that would have been. */
  readonly status: number;
  /** The provider's own words, where they are safe to repeat. */
  readonly message: string;
  readonly code?: string | undefined;
  /** A field of the provider's dialect. */
  readonly param?: string | undefined;
}

/** The status that each kind has where none was sent. */
export const statusOfKind: Readonly<Record<UpstreamErrorKind, number>> = {
  invalid_request: 400,
  authentication: 401,
  permission: 403,
  not_found: 404,
  too_large: 413,
  rate_limit: 429,
  quota: 429,
  overloaded: 503,
  timeout: 504,
  server: 500,
};

const kindsByStatus: ReadonlyMap<number, UpstreamErrorKind> = new Map([
  [401, 'authentication'],
  [402, 'quota'],
  [403, 'permission'],
  [404, 'not_found'],
  [408, 'timeout'],
  [413, 'too_large'],
  [429, 'rate_limit'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [529, 'overloaded'],
]);

export function kindOfStatus(status: number): UpstreamErrorKind {
  return kindsByStatus.get(status) ?? (status >= 500 ? 'server' : 'invalid_request');
}

/** What is told where the provider said nothing that can be repeated. */
const ownWords: Readonly<Record<UpstreamErrorKind, string>> = {
  invalid_request: 'The provider refused the request.',
  authentication: 'The provider did not accept the credential that the gateway has for it.',
  permission: 'The provider does not let the gateway’s credential do this.',
  not_found: 'The provider does not know the model, or something that the request refers to.',
  too_large: 'The request is larger than the provider takes.',
  rate_limit: 'The provider’s rate limit is reached.',
  quota: 'The gateway’s quota at the provider is used up.',
  overloaded: 'The provider is overloaded.',
  timeout: 'The provider did not answer in time.',
  server: 'The provider failed.',
};

/** About the operator's own credential and account: theirs to know, not the client's. */
const unspoken: ReadonlySet<UpstreamErrorKind> = new Set(['authentication', 'permission', 'quota']);

const mostCharacters = 2_000;

/** Keys and account names of any kind: a provider may quote the one that it was called with. */
const secrets =
  /\b(?:sk|pk|rk|gsk|xai|ask)[-_][-\w*.…]{8,}|\b(?:AIza|AKIA|ASIA)[-\w*.…]{8,}|\barn:aws[-\w]*:\S+|\b(?:Bearer|Basic)\s+\S+|\borg-\w+/g;

const isMarkup = (text: string) => /^\s*<(!doctype|html|\?xml)/i.test(text);

function isControl(character: string): boolean {
  return character < ' ' && character !== '\n' && character !== '\t';
}

/** A provider's words with nothing in them that is not the client's business; undefined: none to repeat. */
function makeSafe(message: string): string | undefined {
  const text = message.trim();
  if (text === '' || isMarkup(text)) return undefined;
  const short = text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
  return [...short.replace(secrets, '[redacted]')].filter((character) => !isControl(character)).join('');
}

interface ReportedError {
  readonly kind: UpstreamErrorKind;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
}

/** A name that can be told: no provider's code is longer, or has anything else in it. */
const plainName = /^[\w.[\]-]{1,128}$/;

export function describeError({ kind, status, message, code, param }: ReportedError): UpstreamError {
  const words = message === undefined || unspoken.has(kind) ? undefined : makeSafe(message);
  return {
    kind,
    status: status ?? statusOfKind[kind],
    message: words ?? ownWords[kind],
    ...(code !== undefined && plainName.test(code) && { code }),
    ...(param !== undefined && plainName.test(param) && { param }),
  };
}

/** What came was no stream of its dialect. */
export const brokenStream: UpstreamError = {
  kind: 'server',
  status: 502,
  message: 'The provider’s answer could not be read.',
  code: 'upstream_error',
};

/** It ended before the answer did. */
export const truncatedStream: UpstreamError = {
  ...brokenStream,
  message: 'The provider ended its answer before it was whole.',
};
