/** The names under which the SDKs of OpenAI, Anthropic, Azure and Google send a key. */
const plainHeaders = ['x-api-key', 'api-key', 'x-goog-api-key'] as const;

/** The key as presented, undefined where none was. Never log it. */
export function readApiKey(headers: Readonly<Record<string, string>>): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  for (const name of plainHeaders) {
    const value = headers[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}
