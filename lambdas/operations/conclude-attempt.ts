import type { Answer } from '../domain/answer.ts';
import { errorDialects } from '../domain/error-dialects.ts';
import { accept, faultWith, GatewayFault, type Outcome } from '../domain/errors.ts';
import { budgetHeader } from '../domain/limits/limit-headers.ts';
import { formatUsd } from '../domain/money.ts';
import { maxTokensHeader } from '../domain/pricing/bound-for.ts';
import type { Exchange, Tried } from './inference.ts';
import { relayStream } from './relay-stream.ts';
import { chargeOf, type Ending, toSettlement } from './settle-chat.ts';

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** Charges what an attempt came to, once. */
export async function settle(
  { input, route, name, admission, ports }: Exchange,
  ending: Ending,
  charge = chargeOf(admission, ending),
): Promise<void> {
  const { amountNano, estimated, isAboveBound } = charge;
  input.note({ amountNano, ...(estimated && { estimated }), ...(isAboveBound && { isAboveBound }) });
  const settled = { provider: route.provider.name, model: name ?? 'other', ending, charge };
  await ports.ledger.settle(toSettlement(admission, settled));
}

/**
 * Told with a fault whose request may have been carried out, and is charged: the official SDKs would send it again, twice,
 * and each would be charged as well. Where nothing was sent, they may.
 */
const noRetry = { 'x-should-retry': 'false' } as const;

/** What came before any answer: either nothing was sent, or nobody knows what was done with it. */
export function endingOf(cause: unknown): Ending {
  if (cause instanceof GatewayFault && cause.unsent) return { kind: 'not_forwarded' };
  return { kind: 'answered', usage: undefined, isWhole: false };
}

/** `amountNano`: what it costs, where that is known already. */
function ownHeaders({ route, admission, attempts }: Exchange, amountNano?: number): Record<string, string> {
  const { demand, views } = admission;
  const { outputLimit } = admission.bound;
  return {
    ...admission.headers,
    ...budgetHeader(views, demand.amountNano - (amountNano ?? demand.amountNano)),
    ...(amountNano !== undefined && { 'x-portcullis-cost-usd': formatUsd(amountNano) }),
    ...(outputLimit !== undefined && { [maxTokensHeader]: String(outputLimit.tokens) }),
    'x-portcullis-provider': route.provider.name,
    ...(attempts > 1 && { 'x-portcullis-attempts': String(attempts) }),
  };
}

/** The fault is the answer; a settlement that fails as well is left to the sweeper. */
async function concludeFault(exchange: Exchange, cause: unknown): Promise<never> {
  const ending = endingOf(cause);
  const charge = chargeOf(exchange.admission, ending);
  if (!exchange.isSettled) {
    await settle(exchange, ending, charge).catch(() => exchange.input.note({ isUnsettled: true }));
  }
  const final = ending.kind === 'answered' ? noRetry : {};
  throw faultWith(cause, { ...ownHeaders(exchange, charge.amountNano), ...final });
}

/** What the client gets of an attempt. Throws GatewayFault where it failed. */
export async function conclude(exchange: Exchange, tried: Tried): Promise<Outcome<Answer>> {
  const { input, call, admission } = exchange;
  if (tried.kind === 'failed') return concludeFault(exchange, tried.cause);
  if (tried.kind === 'refused') {
    if (!exchange.isSettled) await settle(exchange, { kind: 'not_forwarded' });
    return tried.refused;
  }
  const { answer } = tried;
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
  const whole = { status, headers, body: answer.body };
  return accept(exchange.isSettled ? whole : { ...whole, settle: () => settle(exchange, ending, charge) });
}
