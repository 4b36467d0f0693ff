import * as z from 'zod/mini';
import { roles } from '../access/permissions.ts';

/** An invitation into an account, as it is kept. Times are Unix seconds. */
export const inviteRecord = z.object({
  schemaVersion: z.literal(1),
  /** `invite_` and 24 base62 characters. */
  id: z.string(),
  accountId: z.string(),
  /** Gone once the invite is accepted or withdrawn: then the member's own record has it, or nobody needs it. */
  email: z.optional(z.string()),
  role: z.enum(roles),
  status: z.enum(['pending', 'accepted', 'deleted']),
  /** SHA-256 of the token's secret, lower-case hex. */
  tokenSha256: z.string(),
  invitedAt: z.int(),
  expiresAt: z.int(),
  acceptedAt: z.optional(z.int()),
  /** Who joined by it. */
  userId: z.optional(z.string()),
  /** When DynamoDB drops it. */
  expiresAtSeconds: z.int(),
});
export type InviteRecord = z.infer<typeof inviteRecord>;

/** An invite that nobody took can be taken until then, and looked at for a while longer. */
const VALID_SECONDS = 7 * 86_400;
const SHOWN_SECONDS = 30 * 86_400;

/** When an invite that is made now ends, and when it is dropped. */
export function inviteEnds(nowSeconds: number): Pick<InviteRecord, 'invitedAt' | 'expiresAt' | 'expiresAtSeconds'> {
  const expiresAt = nowSeconds + VALID_SECONDS;
  return { invitedAt: nowSeconds, expiresAt, expiresAtSeconds: expiresAt + SHOWN_SECONDS };
}

/** Withdrawn: nobody can take it any more, and nothing of the person is left. */
export function withdrawInvite({ email: _email, ...invite }: InviteRecord, nowSeconds: number): InviteRecord {
  return { ...invite, status: 'deleted', expiresAtSeconds: nowSeconds };
}

/** Taken: it says who joined, for a while. */
export function takeInvite(
  { email: _email, ...invite }: InviteRecord,
  userId: string,
  nowSeconds: number,
): InviteRecord {
  return {
    ...invite,
    status: 'accepted',
    userId,
    acceptedAt: nowSeconds,
    expiresAtSeconds: nowSeconds + SHOWN_SECONDS,
  };
}
