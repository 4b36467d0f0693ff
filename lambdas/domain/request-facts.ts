import type { FaultCode, RefusalCode } from './errors.ts';
import type { Usage } from './upstream/chat-provider.ts';

/** All that is ever noted of a request: counts and names of ours, nothing that a client or a provider wrote. */
export interface RequestFacts {
  readonly keyId?: string;
  readonly accountId?: string;
  /** Nothing is told of the request but who pays how much. */
  readonly zeroLogging?: boolean;
  readonly provider?: string;
  /** Only where the catalogue knows it: a free name is the caller's text. */
  readonly model?: string;
  readonly stream?: boolean;
  readonly upstreamMs?: number;
  readonly usage?: Usage | undefined;
  /** What was charged, nano-dollars. */
  readonly amountNano?: number;
  /** The usage was not told: the reservation was charged. */
  readonly estimated?: boolean;
  /** The operator's own prices could not be read: the catalogue's were charged. */
  readonly pricesUnread?: boolean;
  /** The provider reported more than the upper bound: a fault of the bound, or of the provider. */
  readonly isAboveBound?: boolean;
  /** It could not be settled when it ended: the sweeper will. */
  readonly isUnsettled?: boolean;
  readonly code?: RefusalCode | FaultCode;
}

/** Adds to what is known of the request in hand. */
export type Note = (facts: RequestFacts) => void;
