import type { Answer } from '../domain/answer.ts';
import { chooseTimeouts } from '../domain/chat/choose-timeouts.ts';
import { errorDialects } from '../domain/error-dialects.ts';
import { accept, faultWith, GatewayFault, type Outcome } from '../domain/errors.ts';
import type { Outline } from '../domain/inference/outline.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import type { Ledger } from '../domain/limits/ledger.ts';
import { budgetHeader } from '../domain/limits/limit-headers.ts';
import { listModels } from '../domain/models/catalogue.ts';
import { formatUsd } from '../domain/money.ts';
import { maxTokensHeader } from '../domain/pricing/bound-for.ts';
import type { Note, RequestFacts } from '../domain/request-facts.ts';
import type { Surface, UpstreamAnswer, UpstreamCall } from '../domain/upstream/chat-provider.ts';
import { pickClientHeaders } from '../domain/upstream/pick-client-headers.ts';
import { type Admission, admitChat } from './admit-chat.ts';
import { type FindRoutePorts, findRoute, type Route } from './find-route.ts';
import type { Caller } from './identify.ts';
import { relayStream } from './relay-stream.ts';
import { chargeOf, type Ending, toSettlement } from './settle-chat.ts';

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

export interface InferencePorts extends FindRoutePorts {
  readonly ledger: Ledger;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

/** A request that was let through, until it is settled. */
interface Exchange {
  readonly input: InferenceInput;
  readonly call: UpstreamCall;
  readonly route: Route;
  readonly admission: Admission;
  readonly ports: InferencePorts;
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

async function callProvider(exchange: Exchange): Promise<Outcome<UpstreamAnswer>> {
  const { input, call, route, ports } = exchange;
  const startedAtMs = ports.elapsedMs();
  try {
    return await route.provider.call(call);
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

async function forward(exchange: Exchange): Promise<Outcome<Answer>> {
  const { input, call, admission } = exchange;
  const called = await callProvider(exchange);
  if (!called.ok) {
    await settle(exchange, { kind: 'not_forwarded' });
    return called;
  }
  const answer = called.value;
  const { status } = answer;
  if (answer.kind === 'stream') {
    const relay = relayStream(answer, input.identifyAnew, errorDialects[call.surface]);
    return accept({
      status,
      headers: { ...answer.headers, ...ownHeaders(exchange), ...streamHeaders },
      body: relay.deliver,
      async settle() {
        const { usage, isWhole } = await relay.end();
        input.note({ usage });
        await settle(exchange, { kind: 'answered', usage, isWhole });
      },
    });
  }
  input.note({ usage: answer.usage });
  const ending: Ending = status < 300 ? { kind: 'answered', usage: answer.usage, isWhole: true } : { kind: 'refused' };
  const charge = chargeOf(admission, ending);
  const headers = { ...answer.headers, ...ownHeaders(exchange, charge.amountNano) };
  return accept({ status, headers, body: answer.body, settle: () => settle(exchange, ending, charge) });
}

function describe({ isStreamed }: Outline, { provider, model }: Route): RequestFacts {
  const isCatalogued = listModels(provider.name).has(model);
  return { provider: provider.name, stream: isStreamed, ...(isCatalogued && { model }) };
}

/** Betas that let more in, or are charged dearer, than the published price of the model says. */
const dearBeta = /\b(context-1m|fast-mode)\b/;

function addBeta(outline: Outline, { 'anthropic-beta': beta = '' }: UpstreamCall['headers']): Outline {
  return dearBeta.test(beta) ? { ...outline, surcharge: outline.surcharge ?? 'anthropic-beta' } : outline;
}

type Checked = Pick<UpstreamCall, 'outline' | 'body' | 'members' | 'headers' | 'timeouts'>;

/** All that can be told from the request alone. */
function check({ outline: read }: Inference, { body, headers, remainingMs }: InferenceInput): Outcome<Checked> {
  const json = parseJsonObject(body);
  if (!json.ok) return json;
  const outline = read(json.value.value);
  if (!outline.ok) return outline;
  const timeouts = chooseTimeouts(headers, remainingMs);
  if (!timeouts.ok) return timeouts;
  const picked = pickClientHeaders(headers);
  if (!picked.ok) return picked;
  const { members } = json.value;
  const outlined = addBeta(outline.value, picked.value);
  return accept({ outline: outlined, body, members, headers: picked.value, timeouts: timeouts.value });
}

/**
 * What every route does that a model answers: validate, choose the provider, reserve what it can cost at most, forward,
 * stream back, settle. Throws GatewayFault before the first byte.
 */
export async function infer(
  inference: Inference,
  input: InferenceInput,
  ports: InferencePorts,
): Promise<Outcome<Answer>> {
  const checked = check(inference, input);
  if (!checked.ok) return checked;
  const { surface } = inference;
  const { outline, body } = checked.value;
  const found = await findRoute(outline.model, surface, ports);
  if (!found.ok) return found;
  const route = found.value;
  const { model, credential } = route;
  input.note(describe(outline, route));
  const startedAtMs = ports.nowMs();
  const admitted = await admitChat(
    {
      ...input,
      outline,
      bodyBytes: body.length,
      provider: route.provider.name,
      model,
      startedAtMs,
      deadlineMs: startedAtMs + input.remainingMs,
    },
    ports.ledger,
  );
  if (!admitted.ok) return admitted;
  const admission = admitted.value;
  const { outputLimit, maxOutputTokens } = admission.bound;
  const modelMaxTokens = admission.facts.maxOutputTokens;
  const limits = { outputLimit, maxOutputTokens, modelMaxTokens };
  const call = { ...checked.value, ...limits, requestId: input.requestId, surface, model, credential };
  return forward({ input, call, route, admission, ports });
}
