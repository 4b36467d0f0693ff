import type { Answer } from '../domain/answer.ts';
import { chooseTimeouts } from '../domain/chat/choose-timeouts.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { Outline } from '../domain/inference/outline.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import { tryReadingPrices } from '../domain/pricing/price-book.ts';
import { readRoutingOptions } from '../domain/routing/read-routing-options.ts';
import type { UpstreamCall } from '../domain/upstream/chat-provider.ts';
import { pickClientHeaders } from '../domain/upstream/pick-client-headers.ts';
import { findRoute } from './find-route.ts';
import type { Checked, Inference, InferenceInput, InferencePorts } from './inference.ts';
import { enter, nameTarget, nextRoute, travel } from './travel-targets.ts';

/** Betas that let more in, or are charged dearer, than the published price of the model says. */
const dearBeta = /\b(context-1m|fast-mode)\b/;

function addBeta(outline: Outline, { 'anthropic-beta': beta = '' }: UpstreamCall['headers']): Outline {
  return dearBeta.test(beta) ? { ...outline, surcharge: outline.surcharge ?? 'anthropic-beta' } : outline;
}

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
  const options = readRoutingOptions(input.headers);
  if (!options.ok) return options;
  ports.routing.budget.deposit();
  const startedAtMs = ports.nowMs();
  const [found, prices] = await Promise.all([
    findRoute(checked.value.outline.model, inference.surface, input.caller.account, ports),
    tryReadingPrices(ports.prices),
  ]);
  if (!found.ok) return found;
  const journey = { inference, input, checked: checked.value, options: options.value, prices, startedAtMs, ports };
  const isRested = ports.routing.breaker.stateOf(nameTarget(found.value)) === 'open';
  const standIn = isRested ? await nextRoute(journey, options.value.fallbacks) : undefined;
  const [route, names] = standIn ?? [found.value, options.value.fallbacks];
  const entered = await enter(journey, route);
  if (!entered.ok) return entered;
  return travel({ ...journey, options: { ...options.value, fallbacks: names } }, entered.value);
}
