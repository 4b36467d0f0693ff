import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
const detail = z.catch(z.nullish(count), null);

const iteration = z.object({ type: z.string(), input_tokens: count, output_tokens: count });

const wireUsage = z.object({
  input_tokens: detail,
  output_tokens: detail,
  cache_read_input_tokens: detail,
  cache_creation_input_tokens: detail,
  cache_creation: z.catch(z.nullish(z.object({ ephemeral_1h_input_tokens: detail })), null),
  output_tokens_details: z.catch(z.nullish(z.object({ thinking_tokens: detail })), null),
  server_tool_use: z.catch(z.nullish(z.object({ web_search_requests: detail })), null),
  iterations: z.catch(z.nullish(z.array(iteration)), null),
});
/** As the provider told it, the later of two events' members over the earlier one's. */
export type WireUsage = z.infer<typeof wireUsage>;

/** Undefined: none, or no sense in it. */
export function readWireUsage(value: unknown): WireUsage | undefined {
  return z.safeParse(wireUsage, value).data;
}

export function mergeWireUsage(earlier: WireUsage | undefined, later: WireUsage | undefined): WireUsage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return readWireUsage({ ...earlier, ...Object.fromEntries(told) });
}

/**
 * Compaction and the model's own turns are iterations of one request, and the totals leave the former out. An advisor's are
 * another model's. Where a fallback has answered, the totals are its own.
 */
function totalsOf({
  input_tokens,
  output_tokens,
  iterations,
}: WireUsage): { input: number; output: number } | undefined {
  const own = iterations?.filter(({ type }) => type === 'message' || type === 'compaction') ?? [];
  const isFallback = iterations?.some(({ type }) => type === 'fallback_message') ?? false;
  if (own.length > 0 && !isFallback) {
    return {
      input: own.reduce((sum, turn) => sum + turn.input_tokens, 0),
      output: own.reduce((sum, turn) => sum + turn.output_tokens, 0),
    };
  }
  if (input_tokens === null || input_tokens === undefined || output_tokens === null || output_tokens === undefined) {
    return undefined;
  }
  return { input: input_tokens, output: output_tokens };
}

export function toUsage(wire: WireUsage): Usage | undefined {
  const totals = totalsOf(wire);
  if (totals === undefined) return undefined;
  const cached = wire.cache_read_input_tokens ?? 0;
  const written = wire.cache_creation_input_tokens ?? 0;
  const hour = wire.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const searches = wire.server_tool_use?.web_search_requests ?? 0;
  return {
    // Anthropic counts what is read from the cache, or written to it, beside the rest.
    inputTokens: totals.input + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    ...(hour > 0 && { cacheWriteHourTokens: hour }),
    audioInputTokens: 0,
    outputTokens: totals.output,
    reasoningTokens: wire.output_tokens_details?.thinking_tokens ?? 0,
    audioOutputTokens: 0,
    ...(searches > 0 && { webSearches: searches }),
  };
}

const withUsage = z.object({ usage: wireUsage });

/** Of a whole message. */
export function readUsage(message: unknown): Usage | undefined {
  const { data } = z.safeParse(withUsage, message);
  return data && toUsage(data.usage);
}

/** For a client of this dialect. */
export function writeUsage(usage: Usage | undefined): object {
  // Here the parts stand side by side, so a provider's details count as far as its total goes, as they do in a charge.
  const input = usage?.inputTokens ?? 0;
  const cached = Math.min(usage?.cachedInputTokens ?? 0, input);
  const written = Math.min(usage?.cacheWriteTokens ?? 0, input - cached);
  const hour = Math.min(usage?.cacheWriteHourTokens ?? 0, written);
  return {
    input_tokens: input - cached - written,
    output_tokens: usage?.outputTokens ?? 0,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: written,
    cache_creation: { ephemeral_5m_input_tokens: written - hour, ephemeral_1h_input_tokens: hour },
    ...(usage?.reasoningTokens && { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  };
}
