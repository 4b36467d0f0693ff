import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** What the provider has reported so far. */
export interface Reported {
  readonly usage: Usage | undefined;
  /** Nothing more was being written when it was reported: some providers count along with every event. */
  readonly isFinal: boolean;
  /** As it was told, where a later event adds to it. */
  readonly told?: unknown;
}

/** How the usage is read off an answer that passes by in its own dialect. */
export interface Tap {
  /** Of an event that holds a `usage`. */
  readonly readEvent: (event: unknown, known: Reported) => Reported;
  /** True of an event that came only because the gateway had asked for the usage. */
  readonly isForUsageAlone: (event: unknown) => boolean;
  /** Of a whole answer. */
  readonly readWhole: (answer: unknown) => Usage | undefined;
}
