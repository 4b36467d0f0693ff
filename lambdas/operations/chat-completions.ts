import type { Answer } from '../domain/answer.ts';
import { type ChatRequest, parseChatRequest } from '../domain/chat/chat-request.ts';
import { chooseTimeouts } from '../domain/chat/choose-timeouts.ts';
import { accept, faultWith, GatewayFault, type Outcome } from '../domain/errors.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import type { Ledger } from '../domain/limits/ledger.ts';
import { budgetHeader } from '../domain/limits/limit-headers.ts';
import { listModels } from '../domain/models/catalogue.ts';
import { formatUsd } from '../domain/money.ts';
import { maxTokensHeader } from '../domain/pricing/bound-for.ts';
import type { Note, RequestFacts } from '../domain/request-facts.ts';
import type { ChatAnswer, ChatCall } from '../domain/upstream/chat-provider.ts';
import { pickClientHeaders } from '../domain/upstream/pick-client-headers.ts';
import { type Admission, admitChat } from './admit-chat.ts';
import { type FindRoutePorts, findRoute, type Route } from './find-route.ts';
import type { Caller } from './identify.ts';
import { relayStream } from './relay-stream.ts';
import { chargeOf, type Ending, toSettlement } from './settle-chat.ts';

export interface ChatCompletionsInput {
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

export interface ChatCompletionsPorts extends FindRoutePorts {
  readonly ledger: Ledger;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

/** A request that was let through, until it is settled. */
interface Exchange {
  readonly input: ChatCompletionsInput;
  readonly call: ChatCall;
  readonly route: Route;
  readonly admission: Admission;
  readonly ports: ChatCompletionsPorts;
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

async function settle(
  { input, call, route, admission, ports }: Exchange,
  ending: Ending,
  charge = chargeOf(admission, ending),
): Promise<void> {
  const { amountNano, estimated, isAboveBound } = charge;
  input.note({ amountNano, ...(estimated && { estimated }), ...(isAboveBound && { isAboveBound }) });
  const settled = { provider: route.provider.name, model: call.model, ending, charge };
  await ports.ledger.settle(toSettlement(admission, settled));
}

/**
 * Told with a fault whose request may have been carried out, and is charged: the official SDKs would send it again, twice,
 * and each would be charged as well. Where nothing was sent, they may.
 */
const noRetry = { 'x-should-retry': 'false' } as const;

/** What came before any answer: either nothing was sent, or nobody knows what was done with it. */
function endingOf(cause: unknown): Ending {
  if (cause instanceof GatewayFault && cause.unsent) return { kind: 'not_forwarded' };
  return { kind: 'answered', usage: undefined, isWhole: false };
}

async function callProvider(exchange: Exchange): Promise<ChatAnswer> {
  const { input, call, route, ports } = exchange;
  const startedAtMs = ports.elapsedMs();
  try {
    return await route.provider.chat(call);
  } catch (cause) {
    const ending = endingOf(cause);
    const charge = chargeOf(exchange.admission, ending);
    // The answer is the fault; a settlement that fails as well is left to the sweeper.
    await settle(exchange, ending, charge).catch(() => input.note({ isUnsettled: true }));
    const final = ending.kind === 'answered' ? noRetry : {};
    throw faultWith(cause, { ...ownHeaders(exchange, charge.amountNano), ...final });
  } finally {
    input.note({ upstreamMs: ports.elapsedMs() - startedAtMs });
  }
}

/** `amountNano`: what it costs, where that is known already. */
function ownHeaders({ route, admission }: Exchange, amountNano?: number): Record<string, string> {
  const { demand, views } = admission;
  const { outputLimit } = admission.bound;
  return {
    ...admission.headers,
    ...budgetHeader(views, demand.amountNano - (amountNano ?? demand.amountNano)),
    ...(amountNano !== undefined && { 'x-portcullis-cost-usd': formatUsd(amountNano) }),
    ...(outputLimit !== undefined && { [maxTokensHeader]: String(outputLimit.tokens) }),
    'x-portcullis-provider': route.provider.name,
  };
}

async function forward(exchange: Exchange): Promise<Answer> {
  const { input, admission } = exchange;
  const answer = await callProvider(exchange);
  const { status } = answer;
  if (answer.kind === 'stream') {
    const relay = relayStream(answer, input.identifyAnew);
    return {
      status,
      headers: { ...answer.headers, ...ownHeaders(exchange), ...streamHeaders },
      body: relay.deliver,
      async settle() {
        const { usage, isWhole } = await relay.end();
        input.note({ usage });
        await settle(exchange, { kind: 'answered', usage, isWhole });
      },
    };
  }
  input.note({ usage: answer.usage });
  const ending: Ending = status < 300 ? { kind: 'answered', usage: answer.usage, isWhole: true } : { kind: 'refused' };
  const charge = chargeOf(admission, ending);
  const headers = { ...answer.headers, ...ownHeaders(exchange, charge.amountNano) };
  return { status, headers, body: answer.body, settle: () => settle(exchange, ending, charge) };
}

function describe(request: ChatRequest, { provider, model }: Route): RequestFacts {
  const isCatalogued = listModels(provider.name).has(model);
  return { provider: provider.name, stream: request.stream === true, ...(isCatalogued && { model }) };
}

type Checked = Omit<ChatCall, 'model' | 'credential' | 'outputLimit'>;

/** All that can be told from the request alone. */
function check({ body, headers, remainingMs }: ChatCompletionsInput): Outcome<Checked> {
  const json = parseJsonObject(body);
  if (!json.ok) return json;
  const request = parseChatRequest(json.value.value);
  if (!request.ok) return request;
  const timeouts = chooseTimeouts(headers, remainingMs);
  if (!timeouts.ok) return timeouts;
  const picked = pickClientHeaders(headers);
  if (!picked.ok) return picked;
  const { members } = json.value;
  return accept({ request: request.value, body, members, headers: picked.value, timeouts: timeouts.value });
}

/**
 * POST /v1/chat/completions: validate, choose the provider, reserve what it can cost at most, forward, stream back, settle.
 * Throws GatewayFault before the first byte.
 */
export async function chatCompletions(
  input: ChatCompletionsInput,
  ports: ChatCompletionsPorts,
): Promise<Outcome<Answer>> {
  const checked = check(input);
  if (!checked.ok) return checked;
  const { request, body } = checked.value;
  const route = await findRoute(request.model, ports);
  if (!route.ok) return route;
  const { provider, model, credential } = route.value;
  input.note(describe(request, route.value));
  const startedAtMs = ports.nowMs();
  const admitted = await admitChat(
    {
      ...input,
      request,
      bodyBytes: body.length,
      provider: provider.name,
      model,
      startedAtMs,
      deadlineMs: startedAtMs + input.remainingMs,
    },
    ports.ledger,
  );
  if (!admitted.ok) return admitted;
  const admission = admitted.value;
  const call = { ...checked.value, model, credential, outputLimit: admission.bound.outputLimit };
  return accept(await forward({ input, call, route: route.value, admission, ports }));
}
