import type { OutputLimit } from '../upstream/chat-provider.ts';

/** A piece of input that counts otherwise than the text of its own bytes would. */
export interface Medium {
  /** Where it lies: `messages[0].content[1]`. */
  readonly param: string;
  /** `other`: the body does not tell how much it counts. */
  readonly kind: 'image' | 'audio' | 'other';
  /** Characters of the body that are the medium itself, and no text. */
  readonly inlineLength: number;
  /** Of an image, where the client asked for any. */
  readonly detail?: unknown;
}

/** What is asked for in the way of output. */
export interface OutputOutline {
  /** Answers. 0: there is no output that is charged. */
  readonly choices: number;
  /** The client's own limits of each answer, by the names that they have. */
  readonly limits: { readonly [Field in OutputLimit['field']]?: number | undefined };
  /** The one name that the dialect has for a limit; undefined: it depends on the provider. */
  readonly limitField?: OutputLimit['field'] | undefined;
  /** The client foretells the answer, and pays for what does not come true. */
  readonly isPredicted?: boolean;
  /** The answer, or a part of it, is audio. */
  readonly isSpoken?: boolean;
}

/** What admission has to know of a request, in whichever dialect it is written. */
export interface Outline {
  /** As the client names it. */
  readonly model: string;
  readonly isStreamed: boolean;
  /** The client itself asked for a report of the usage at the end of the stream. */
  readonly wantsUsage: boolean;
  readonly media: readonly Medium[];
  /** Tools that a provider explains to the model. */
  readonly tools: number;
  /** The first field that stands for text which the provider keeps. */
  readonly reference?: string | undefined;
  /** The first field that adds a cost which nothing in the request bounds. */
  readonly surcharge?: string | undefined;
  /** As `surcharge`, unless the model has it in its price. */
  readonly search?: string | undefined;
  /** Costs nothing, whatever the model. */
  readonly isFree?: boolean;
  readonly output: OutputOutline;
}

/** A member of what may be no object at all. */
export function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return field;
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The first of these fields that the request has. */
export function findPresent<Name extends string>(request: object, names: readonly Name[]): Name | undefined {
  return names.find((name) => isPresent(readField(request, name)));
}

/**
 * The tiers that cost no more than the published price; `priority` and its like cost a multiple. `auto` is what the
 * operator's own project at the provider is set to, which is `default` unless the operator has changed it.
 */
const ordinaryTiers: ReadonlySet<unknown> = new Set([
  undefined,
  null,
  'auto',
  'default',
  'standard',
  'standard_only',
  'flex',
  'on_demand',
]);

export function findDearTier(request: object): string | undefined {
  return ordinaryTiers.has(readField(request, 'service_tier')) ? undefined : 'service_tier';
}

/** The length of an inline `data:` URL of that kind; 0: the medium lies elsewhere. */
export function inlineLengthOf(url: unknown, start: string): number {
  return typeof url === 'string' && url.startsWith(start) ? url.length : 0;
}
