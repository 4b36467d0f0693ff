import { accept, type Outcome, refuse } from '../errors.ts';

/** How one request wants to be routed. */
export interface RoutingOptions {
  /** Models that stand in, in the order to try. */
  readonly fallbacks: readonly string[];
  /** Attempts beside the first, at whichever target. */
  readonly maxRetries: number;
}

const fallbacksHeader = 'x-portcullis-fallbacks';
const retriesHeader = 'x-portcullis-max-retries';

const usualRetries = 2;
const mostRetries = 5;
const mostFallbacks = 8;

const modelName = /^[A-Za-z0-9._:@/+-]{1,128}$/;

/** By the headers `x-portcullis-fallbacks` and `x-portcullis-max-retries`, names in lower case. */
export function readRoutingOptions(headers: Readonly<Record<string, string>>): Outcome<RoutingOptions> {
  const listed = headers[fallbacksHeader];
  const fallbacks = listed === undefined ? [] : listed.split(',').map((name) => name.trim());
  if (fallbacks.length > mostFallbacks || !fallbacks.every((name) => modelName.test(name))) {
    const what = `The header must list at most ${mostFallbacks} models, parted by commas.`;
    return refuse('invalid_request', what, fallbacksHeader);
  }
  const asked = headers[retriesHeader];
  if (asked !== undefined && (!/^\d$/.test(asked) || Number(asked) > mostRetries)) {
    return refuse('invalid_request', `The number of retries must be 0 to ${mostRetries}.`, retriesHeader);
  }
  // Who names stand-ins wants each of them tried.
  const maxRetries = asked === undefined ? Math.max(usualRetries, fallbacks.length) : Number(asked);
  return accept({ fallbacks, maxRetries });
}
