import type { ChatRequest } from '../chat/chat-request.ts';
import type { Price } from './price.ts';

/** What makes a provider search, run or call something else at a cost of its own, as often as the model likes. */
const openEnded = [
  'search_parameters',
  'search_settings',
  'compound_custom',
  'plugins',
  'models',
  'enable_search',
] as const;

/** The tools that the client itself runs: all others run, and cost, at the provider's. */
const clientTools: ReadonlySet<unknown> = new Set([undefined, null, 'function', 'custom']);

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
  'flex',
  'on_demand',
]);

/** The first field that adds a cost which nothing in the request bounds. */
export function findSurcharge(request: ChatRequest, price: Price): string | undefined {
  const field = openEnded.find((name) => request[name] !== undefined && request[name] !== null);
  if (field !== undefined) return field;
  const tool = request.tools?.findIndex(({ type }) => !clientTools.has(type)) ?? -1;
  if (tool !== -1) return `tools[${tool}]`;
  // A model that searches for every request has the search in its price.
  if (request['web_search_options'] != null && price.requestNano === 0) return 'web_search_options';
  return ordinaryTiers.has(request['service_tier']) ? undefined : 'service_tier';
}
