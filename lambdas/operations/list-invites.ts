import * as z from 'zod';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { InviteRegistry } from '../domain/invites/invite-registry.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { listAnswer, pageLimit } from './list-page.ts';
import { presentInvite } from './present-invite.ts';

const listInvitesInput = z.strictObject({ after: z.string().min(1).max(64).optional(), limit: pageLimit });

export interface InvitePorts {
  readonly invites: InviteRegistry;
  readonly nowSeconds: () => number;
}

/** GET /v1/organization/invites: those that were not withdrawn, in the order of their ids. */
export async function listInvites({ account, input }: KeyCall, ports: InvitePorts): Promise<Outcome<Answer>> {
  const query = parseInput(listInvitesInput, input);
  if (!query.ok) return query;
  const { after, limit } = query.value;
  const { invites, hasMore } = await ports.invites.listInvites(account.id, { after, limit });
  const now = ports.nowSeconds();
  const shown = invites.map((invite) => presentInvite(invite, now));
  return accept(listAnswer(shown, hasMore));
}
