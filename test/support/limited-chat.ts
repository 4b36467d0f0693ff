import type { LimitsRecord } from '../../lambdas/domain/limits/limits-record.ts';
import type { Provider, UpstreamAnswer, UpstreamCall } from '../../lambdas/domain/upstream/chat-provider.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { readUsage } from '../../lambdas/providers/openai/usage.ts';
import { completion } from './fake-upstream.ts';
import { accountRecord, createMemoryPorts, keyRecord, type MemoryPorts, validKey } from './memory-ports.ts';
import { createMemorySink, type MemorySink } from './memory-sink.ts';
import { toBytes } from './text.ts';

/** What a model answers of its own accord. */
export type Chat = (call: UpstreamCall) => Promise<UpstreamAnswer>;

export interface LimitedChatOptions {
  /** Of the key. */
  readonly limits?: LimitsRecord;
  readonly accountLimits?: LimitsRecord;
  /** As the provider reports it. */
  readonly usage?: object;
  /** @default a whole completion with that usage */
  readonly answer?: Chat;
  readonly overrides?: Partial<MemoryPorts>;
}

export function completeWith(usage: object): Chat {
  const body = toBytes(JSON.stringify({ ...completion, usage }));
  const headers = { 'content-type': 'application/json' };
  return async () => ({ kind: 'complete', status: 200, headers, body, usage: readUsage({ usage }) });
}

const hello = {
  model: 'openai/gpt-4o-mini',
  messages: [{ role: 'user', content: 'Hi' }],
  max_completion_tokens: 2,
};

/** The data plane with one key, one provider and a clock that stands still, all in memory. */
export function createLimitedChat({ limits, accountLimits, usage, answer, overrides }: LimitedChatOptions) {
  const clock = { nowMs: Date.UTC(2026, 10, 25, 12, 0, 10) };
  const seen: UpstreamCall[] = [];
  let respond = answer ?? completeWith(usage ?? completion.usage);
  const provider: Provider = {
    name: 'openai',
    credential: 'none',
    serves: () => true,
    async call(call) {
      seen.push(call);
      return { ok: true, value: await respond(call) };
    },
  };
  const ports = {
    ...createMemoryPorts({
      record: { ...keyRecord, ...(limits && { limits }) },
      account: { ...accountRecord, ...(accountLimits && { limits: accountLimits }) },
      nowMs: () => clock.nowMs,
    }),
    providers: new Map([['openai', provider]]),
    ...overrides,
  };
  const serve = createDataPlane(ports);
  let requests = 0;
  return {
    clock,
    seen,
    ports,
    /** How the next requests are answered. */
    respond(next: Chat): void {
      respond = next;
    },
    async chat(body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<MemorySink> {
      const sink = createMemorySink();
      requests += 1;
      const request = {
        requestId: `req-${requests}`,
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { authorization: `Bearer ${validKey}`, ...headers },
        body: toBytes(JSON.stringify({ ...hello, ...body })),
        sourceIp: '127.0.0.1',
        remainingMs: 60_000,
      };
      await serve(request, sink);
      return sink;
    },
  };
}
