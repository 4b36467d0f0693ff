/** What a provider may see of the client's own headers: an opt-in to a beta, and nothing that names or authorises anyone. */
const forwarded = ['openai-beta'] as const;

export function pickClientHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of forwarded) {
    const value = headers[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
