// A request under zero logging shows by its ledger id: whoever has the id knows it, be it the handler, the sweeper or the
// fold, with nothing to look up and nothing that could be lost.

const SUFFIX = '.z';

export function unloggedId(requestId: string): string {
  return requestId + SUFFIX;
}

export function isUnlogged(requestId: string): boolean {
  return requestId.endsWith(SUFFIX);
}
