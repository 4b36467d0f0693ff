import type { Answer } from '../domain/answer.ts';
import { accept, GatewayFault, type Outcome } from '../domain/errors.ts';
import type { Outline } from '../domain/inference/outline.ts';
import { nameToKeep } from '../domain/models/name-to-keep.ts';
import type { RequestFacts } from '../domain/request-facts.ts';
import { type AttemptEnd, decideNext, type NextStep } from '../domain/routing/decide-next.ts';
import { readRetryAfter } from '../domain/routing/read-retry-after.ts';
import { admitChat } from './admit-chat.ts';
import { awaitFirstToken } from './await-first-token.ts';
import { conclude, endingOf, settle } from './conclude-attempt.ts';
import { findRoute, type Route } from './find-route.ts';
import type { Exchange, Journey, Tried } from './inference.ts';
import { withCurrentCredential } from './with-current-credential.ts';

/** `mayMoveOn`: another target could answer, so nothing is sent to the client before the first token. */
async function callOnce({ input, call, route, ports }: Exchange, mayMoveOn: boolean): Promise<Tried> {
  const startedAtMs = ports.elapsedMs();
  try {
    const called = await route.provider.call(call);
    if (!called.ok) return { kind: 'refused', refused: called };
    const answer = called.value;
    const isHeld = mayMoveOn && answer.kind === 'stream';
    return { kind: 'answered', answer: isHeld ? await awaitFirstToken(answer) : answer };
  } catch (cause) {
    return { kind: 'failed', cause };
  } finally {
    input.note({ upstreamMs: ports.elapsedMs() - startedAtMs });
  }
}

function endOf(tried: Exclude<Tried, { kind: 'refused' }>, nowMs: number): AttemptEnd {
  if (tried.kind === 'failed') {
    const { cause } = tried;
    return { kind: cause instanceof GatewayFault && cause.unsent ? 'unsent' : 'lost' };
  }
  const { status, headers } = tried.answer;
  return { kind: 'answered', status, retryAfterMs: readRetryAfter(headers, nowMs) };
}

function describe({ isStreamed }: Outline, { provider }: Route, name: string | undefined): RequestFacts {
  return { provider: provider.name, stream: isStreamed, ...(name !== undefined && { model: name }) };
}

export const nameTarget = ({ provider, model }: Route) => `${provider.name}/${model}`;

/** Reserves at one target. */
export async function enter(journey: Journey, route: Route, firstAttempt = 1): Promise<Outcome<Exchange>> {
  const { inference, input, checked, prices, startedAtMs, ports } = journey;
  const { outline, body } = checked;
  const { provider, model, credential } = route;
  // Where the circuit was open, this is its trial.
  ports.routing.breaker.admits(nameTarget(route));
  const name = nameToKeep({ provider: provider.name, model }, prices.list);
  input.note({ ...describe(outline, route, name), ...(prices.fault !== undefined && { pricesUnread: true }) });
  const deadlineMs = startedAtMs + input.remainingMs;
  const asked = { ...input, outline, bodyBytes: body.length, provider: provider.name, model, prices };
  const admitted = await admitChat({ ...asked, startedAtMs, deadlineMs, firstAttempt }, ports.ledger);
  if (!admitted.ok) return admitted;
  const admission = admitted.value;
  const { outputLimit, maxOutputTokens } = admission.bound;
  const limits = { outputLimit, maxOutputTokens, modelMaxTokens: admission.facts.maxOutputTokens };
  const { surface } = inference;
  const call = { ...checked, ...limits, requestId: input.requestId, surface, model, credential };
  return accept(await withCurrentCredential({ input, call, route, name, admission, ports, attempts: 1 }));
}

/** The next target that can be asked, and the ones behind it. */
export async function nextRoute(
  journey: Journey,
  names: readonly string[],
): Promise<readonly [Route, readonly string[]] | undefined> {
  const { inference, ports } = journey;
  for (const [index, name] of names.entries()) {
    const found = await findRoute(name, inference.surface, journey.input.caller.account, ports);
    if (found.ok && ports.routing.breaker.stateOf(nameTarget(found.value)) !== 'open')
      return [found.value, names.slice(index + 1)];
  }
  return undefined;
}

/** What a provider is blamed for. */
const isFault = (end: AttemptEnd) => end.kind !== 'answered' || end.status >= 500;

/** Where a request stands between two attempts. */
interface Standing {
  readonly exchange: Exchange;
  /** Models that may still stand in. */
  readonly names: readonly string[];
  readonly attemptsAtTarget: number;
}

type Next =
  | { readonly kind: 'done'; readonly outcome: Outcome<Answer> }
  | { readonly kind: 'on'; readonly at: Standing };

const finish = async (exchange: Exchange, tried: Tried): Promise<Next> => ({
  kind: 'done',
  outcome: await conclude(exchange, tried),
});

/** On to another target, once the one before is settled: at nothing, or in full where it may have been billed. */
async function moveOn(
  journey: Journey,
  { exchange }: Standing,
  tried: Tried,
  [route, names]: readonly [Route, readonly string[]],
): Promise<Next> {
  await settle(exchange, tried.kind === 'failed' ? endingOf(tried.cause) : { kind: 'refused' });
  const entered = await enter(journey, route, exchange.admission.attempt + 1);
  // What cannot be reserved leaves the client with what there is.
  if (!entered.ok) return finish({ ...exchange, isSettled: true }, tried);
  const next = { ...entered.value, attempts: exchange.attempts + 1 };
  return { kind: 'on', at: { exchange: next, names, attemptsAtTarget: 1 } };
}

function decide(journey: Journey, at: Standing, end: AttemptEnd, hasNextTarget: boolean): NextStep {
  const { input, options, startedAtMs, ports } = journey;
  if (end.kind === 'answered' && end.status < 300) return { kind: 'return' };
  const step = decideNext(end, {
    attemptsAtTarget: at.attemptsAtTarget,
    attemptsLeft: options.maxRetries + 1 - at.exchange.attempts,
    hasNextTarget,
    leftMs: startedAtMs + input.remainingMs - ports.nowMs(),
    random: ports.routing.random(),
  });
  return step.kind === 'again' && !ports.routing.budget.withdraw() ? { kind: 'return' } : step;
}

async function attempt(journey: Journey, at: Standing): Promise<Next> {
  const { options, ports } = journey;
  const { breaker, pause } = ports.routing;
  const { exchange } = at;
  const onward = exchange.attempts <= options.maxRetries ? await nextRoute(journey, at.names) : undefined;
  const tried = await callOnce(exchange, onward !== undefined);
  if (tried.kind === 'refused') return finish(exchange, tried);
  const end = endOf(tried, ports.nowMs());
  breaker[isFault(end) ? 'failed' : 'succeeded'](nameTarget(exchange.route));
  const step = decide(journey, at, end, onward !== undefined);
  if (step.kind === 'next-target' && onward !== undefined) return moveOn(journey, at, tried, onward);
  if (step.kind !== 'again') return finish(exchange, tried);
  await pause(step.afterMs);
  const again = { ...exchange, attempts: exchange.attempts + 1 };
  return { kind: 'on', at: { ...at, exchange: again, attemptsAtTarget: at.attemptsAtTarget + 1 } };
}

/**
 * Attempt after attempt, until one of them is the client's answer. At the same target they share a reservation, as none of
 * them was billed; another target has a price and limits of its own, and so a reservation and a record of its own.
 */
export async function travel(journey: Journey, exchange: Exchange): Promise<Outcome<Answer>> {
  let at: Standing = { exchange, names: journey.options.fallbacks, attemptsAtTarget: 1 };
  for (;;) {
    const next = await attempt(journey, at);
    if (next.kind === 'done') return next.outcome;
    at = next.at;
  }
}
