import { settle } from './conclude-attempt.ts';
import type { Exchange } from './inference.ts';

/** Under the credential of the policy that the request was admitted by, which may be newer than the one that found its route. */
export async function withCurrentCredential(exchange: Exchange): Promise<Exchange> {
  const { input, call, route, admission, ports } = exchange;
  const { account } = admission.caller;
  const isSame = account.policyVersion === input.caller.account.policyVersion;
  if (isSame || route.provider.credential === 'none') return exchange;
  try {
    const credential = await ports.credentials.reveal(route.provider.name, account);
    return { ...exchange, call: { ...call, credential: credential ?? call.credential } };
  } catch (cause) {
    // The answer is the fault; a settlement that fails as well is left to the sweeper.
    await settle(exchange, { kind: 'not_forwarded' }).catch(() => undefined);
    throw cause;
  }
}
