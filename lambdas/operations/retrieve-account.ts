import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { answerAccount, type PresentAccountPorts } from './present-account.ts';

/** GET /v1/account: the caller's own. */
export async function retrieveAccount({ account }: KeyCall, ports: PresentAccountPorts): Promise<Outcome<Answer>> {
  return accept(await answerAccount(account, ports));
}
