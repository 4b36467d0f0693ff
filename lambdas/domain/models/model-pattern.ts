// Which models a rule is about: `openai/gpt-5*`, `anthropic/*`, `gpt-5-mini`, `*`.

/** A model's name with `*` for any run of characters, slashes among them; what a scope's name can hold. */
export const MODEL_PATTERN = /^[A-Za-z0-9._:@/*+-]{1,128}$/;

/** Each part in turn, at its first place: what an earlier place leaves over is the most that there can be. No backtracking. */
function matchesWildcard(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === pattern;
  if (!text.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}

/**
 * `model` is `provider/model`, resolved. A pattern with a slash is about that whole name, one without is about the part
 * behind the provider, whoever serves it. Case does not count: some providers ignore it, and a limit must not be evaded.
 */
export function matchesModelPattern(pattern: string, model: string): boolean {
  const name = pattern.includes('/') ? model : model.slice(model.indexOf('/') + 1);
  return matchesWildcard(pattern.toLowerCase(), name.toLowerCase());
}

/** Whether a list of patterns, or the want of one, lets `model` through. */
export function allowsModel(patterns: readonly string[] | undefined, model: string): boolean {
  return patterns === undefined || patterns.some((pattern) => matchesModelPattern(pattern, model));
}
