import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';

/** RFC 9116 wants a date after which nobody should rely on the file; a year at most is its advice. */
const VALID_SECONDS = 180 * 86_400;

/** GET /.well-known/security.txt: whom to tell of a vulnerability of this deployment. */
export function securityTxt(contacts: readonly string[], nowSeconds: number): Outcome<Answer> {
  if (contacts.length === 0) return refuse('not_found', 'No contact is configured.');
  const lines = [
    ...contacts.map((contact) => `Contact: ${contact}`),
    `Expires: ${new Date((nowSeconds + VALID_SECONDS) * 1000).toISOString()}`,
    'Preferred-Languages: en',
  ];
  return accept({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join('')),
  });
}
