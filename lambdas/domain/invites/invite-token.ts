// `ask_invite_<account, 16>_<secret, 32><checksum, 6>`, all base62: whoever holds it may join the account that it names, once.
import { checksumOf, SECRET_LENGTH } from '../keys/key-format.ts';

const ACCOUNT = 'acct_';
const TOKEN = /^(ask_invite_([0-9A-Za-z]{16})_([0-9A-Za-z]{32}))([0-9A-Za-z]{6})$/;

export interface InviteTokenParts {
  readonly accountId: string;
  /** Of this alone the SHA-256 is kept. */
  readonly secret: string;
}

/** The token as it is shown, once. The secret must have come from a CSPRNG, in base62. */
export function composeInviteToken({ accountId, secret }: InviteTokenParts): string {
  const body = `ask_invite_${accountId.slice(ACCOUNT.length)}_${secret}`;
  return body + checksumOf(body);
}

/** Says nothing about whether there is such an invite. */
export function parseInviteToken(text: string): InviteTokenParts | undefined {
  const [, body, account, secret, checksum] = TOKEN.exec(text) ?? [];
  if (body === undefined || account === undefined || secret?.length !== SECRET_LENGTH) return undefined;
  return checksum === checksumOf(body) ? { accountId: ACCOUNT + account, secret } : undefined;
}
