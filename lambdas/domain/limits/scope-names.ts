// What a scope's name tells of it; scope.ts says how names are made.

const KEY = 'key:';
const ACCOUNT = 'account:';

/** The public id of the key whose own scope comes first among a request's. Throws RangeError where none does. */
export function keyIdOf([first = '']: readonly string[]): string {
  const keyId = first.slice(KEY.length);
  if (!first.startsWith(KEY) || keyId === '' || keyId.includes(':')) {
    throw new RangeError("the first of a request's scopes is not a key's own");
  }
  return keyId;
}

export function keyScopeName(keyId: string): string {
  return KEY + keyId;
}

/** Throws RangeError where no account's scope is among them. */
export function accountIdOf(scopes: readonly string[]): string {
  const account = scopes.find((scope) => scope.startsWith(ACCOUNT));
  if (account === undefined) throw new RangeError("no account's scope is among a request's");
  return account.slice(ACCOUNT.length);
}
