import type { Outcome, Refused } from '../domain/errors.ts';
import type { Outline } from '../domain/inference/outline.ts';
import type { Ledger } from '../domain/limits/ledger.ts';
import type { KnownPrices, PriceBook } from '../domain/pricing/price-book.ts';
import type { Note } from '../domain/request-facts.ts';
import type { CircuitBreaker } from '../domain/routing/circuit-breaker.ts';
import type { RoutingOptions } from '../domain/routing/read-routing-options.ts';
import type { RetryBudget } from '../domain/routing/retry-budget.ts';
import type { Surface, UpstreamAnswer, UpstreamCall } from '../domain/upstream/chat-provider.ts';
import type { Admission } from './admit-chat.ts';
import type { FindRoutePorts, Route } from './find-route.ts';
import type { Caller } from './identify.ts';

/** What tells the routes apart that a model provider answers. */
export interface Inference {
  readonly surface: Surface;
  /** Reads what admission has to know off a body that is a JSON object. */
  readonly outline: (value: object) => Outcome<Outline>;
}

export interface InferenceInput {
  readonly requestId: string;
  readonly body: Uint8Array;
  /** As the client sent them, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Until the host ends the request. */
  readonly remainingMs: number;
  readonly caller: Caller;
  readonly identifyAnew: () => Promise<Outcome<Caller>>;
  readonly note: Note;
}

/** What a process remembers of its providers, and how it waits. */
export interface Routing {
  readonly breaker: CircuitBreaker;
  readonly budget: RetryBudget;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export interface InferencePorts extends FindRoutePorts {
  readonly ledger: Ledger;
  readonly prices: PriceBook;
  readonly routing: Routing;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

export type Checked = Pick<UpstreamCall, 'outline' | 'body' | 'members' | 'headers' | 'timeouts'>;

/** A request on its way from target to target: until when, and how often. */
export interface Journey {
  readonly inference: Inference;
  readonly input: InferenceInput;
  readonly checked: Checked;
  readonly options: RoutingOptions;
  /** The same for every target: what a request costs is told from its start. */
  readonly prices: KnownPrices;
  readonly startedAtMs: number;
  readonly ports: InferencePorts;
}

/** A request that was let through, until it is settled. */
export interface Exchange {
  readonly input: InferenceInput;
  readonly call: UpstreamCall;
  readonly route: Route;
  /** Of the model, as it may be kept; undefined: not at all. */
  readonly name: string | undefined;
  readonly admission: Admission;
  readonly ports: InferencePorts;
  /** How often a provider was asked, this time included. */
  readonly attempts: number;
  /** Another target was tried after it, in vain. */
  readonly isSettled?: boolean;
}

/** What came of one attempt at one target. */
export type Tried =
  | { readonly kind: 'answered'; readonly answer: UpstreamAnswer }
  | { readonly kind: 'refused'; readonly refused: Refused }
  | { readonly kind: 'failed'; readonly cause: unknown };
