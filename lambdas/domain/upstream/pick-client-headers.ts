import { accept, type Outcome, refuse } from '../errors.ts';

/**
 * What a provider may see of the client's own headers, each its own: an opt-in to a beta, the version of a dialect, and
 * nothing that names or authorises anyone.
 */
const forwarded = ['openai-beta', 'anthropic-beta', 'anthropic-version'] as const;

/** Refuses a value that HTTP has no safe way to carry on. */
export function pickClientHeaders(
  headers: Readonly<Record<string, string>>,
): Outcome<Readonly<Record<string, string>>> {
  const picked: Record<string, string> = {};
  for (const name of forwarded) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      return refuse('invalid_request', 'The header may hold nothing but printable ASCII characters.', name);
    }
    picked[name] = value;
  }
  return accept(picked);
}
