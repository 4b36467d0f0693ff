import type { RequestRecord } from './request-record.ts';
import type { ScopeState } from './scope-state.ts';
import type { ScopeUpdate } from './scope-update.ts';

export interface UpdateOutcome {
  /** Whether the guards let the change through. */
  readonly applied: boolean;
  /** The scope after the change, or as it stood against it. Undefined: there is no such scope. */
  readonly state: ScopeState | undefined;
  /** It took several attempts, and one of the earlier ones may still arrive. */
  readonly retried: boolean;
}

/** Where scopes are kept. Both throw GatewayFault `service_unavailable`; a change that threw may be made all the same. */
export interface ScopeStore {
  /** One write, and no read: all of the change, or nothing where a guard is against it. */
  update(scope: string, update: ScopeUpdate): Promise<UpdateOutcome>;
  /** As of now. Undefined: there is no such scope. */
  read(scope: string): Promise<ScopeState | undefined>;
}

/** What finds a record: a request, its account, and when it began, to the minute at least. */
export type RecordAddress = Pick<RequestRecord, 'requestId' | 'accountId' | 'startedAtMs'>;

/** Where request records are kept. Both throw GatewayFault `service_unavailable`. */
export interface RecordStore {
  /** Puts it unless there is one already; resolves with the one that is there then. */
  commit(record: RequestRecord): Promise<RequestRecord>;
  /** As of now. */
  find(address: RecordAddress): Promise<RequestRecord | undefined>;
}

/** Finds the scopes on which a lease may have ended. It may lag behind the scopes: what it lacks it gives the next time. */
export interface LeaseIndex {
  /** Scopes whose bucket is this one or earlier. Throws GatewayFault `service_unavailable`. */
  due(leaseBucket: number): AsyncIterable<string>;
}
