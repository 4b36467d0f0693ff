import type { Retention } from '../accounts/retention.ts';
import type { LoggedRecord } from '../limits/request-record.ts';

/** Where a list of requests goes on: behind this one. */
export interface RequestPlace {
  /** In which it began, since 1970. */
  readonly minute: number;
  readonly requestId: string;
}

export interface RequestQuery {
  readonly accountId: string;
  /** Unix milliseconds. */
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** By the minute in which they began, then by id. */
  readonly order: 'asc' | 'desc';
  readonly after: RequestPlace | undefined;
  readonly limit: number;
  readonly matches: (record: LoggedRecord) => boolean;
  /** What the account keeps now: an older record is not there, whether or not it has been deleted yet. */
  readonly retention: Retention;
}

export interface RequestPage {
  readonly records: readonly LoggedRecord[];
  /** There may be more from there on, even where this page has few or none. Undefined: there are none. */
  readonly next: RequestPlace | undefined;
}

/** The requests of an account; those under zero logging are not told. Throws GatewayFault `service_unavailable`. */
export interface RequestReader {
  listRequests(query: RequestQuery): Promise<RequestPage>;
}
