import type { PolicyStatement } from '../template/permission-model.ts';

/** What a caller is about to do, as IAM sees it. */
export interface AccessRequest {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN, or `*` where the action takes none. */
  readonly resource: string;
  /** Condition keys; one that is absent does not apply to the request. A list is a key of many values. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether the statements, taken together, allow a request: any that allows, and none that denies. */
export type Policy = (request: AccessRequest) => boolean;

/** @throws Error for a condition operator that is not known here, or a policy variable. */
export function compilePolicy(statements: readonly PolicyStatement[]): Policy {
  const compiled = statements.map((statement) => ({ effect: statement.Effect, matches: compileStatement(statement) }));
  const allows = compiled.filter(({ effect }) => effect === 'Allow');
  const denies = compiled.filter(({ effect }) => effect === 'Deny');
  return (request) => allows.some(({ matches }) => matches(request)) && !denies.some(({ matches }) => matches(request));
}

function compileStatement({ Action, Resource, Condition }: PolicyStatement): Policy {
  const actions = Action.map((pattern) => compilePattern(pattern, 'i'));
  const resources = Resource.map((pattern) => compilePattern(pattern));
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileCondition(operator, key, values)),
  );
  return (request) =>
    actions.some((pattern) => pattern.test(request.action)) &&
    resources.some((pattern) => pattern.test(request.resource)) &&
    conditions.every((holds) => holds(request));
}

/** `*` is any text and `?` any character; nothing else is special. */
export function compilePattern(pattern: string, flags = ''): RegExp {
  if (pattern.includes('${')) throw new Error('A policy variable is not known locally.');
  const source = pattern
    .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

type Match = (given: string) => boolean;

const operators: Readonly<Record<string, (value: string) => Match>> = {
  StringEquals: (value) => (given) => given === value,
  StringLike: compileLike,
  ArnEquals: compileLike,
  ArnLike: compileLike,
  Bool: (value) => (given) => given === value,
};

function compileLike(value: string): Match {
  const pattern = compilePattern(value);
  return (given) => pattern.test(given);
}

function compileCondition(operator: string, key: string, values: readonly string[]): Policy {
  const [first = '', second] = operator.split(':');
  const [quantifier, name] = second === undefined ? [undefined, first] : [first, second];
  if (name === 'Null') return ({ context }) => values.includes(String(valuesOf(context, key) === undefined));
  const make = operators[name];
  if (make === undefined) throw new Error(`The condition operator ${operator} is not known locally.`);
  const matches = values.map(make);
  const matchesAny = (given: string) => matches.some((match) => match(given));
  switch (quantifier) {
    case undefined:
      return ({ context }) => valuesOf(context, key)?.some(matchesAny) ?? false;
    case 'ForAllValues':
      return ({ context }) => valuesOf(context, key)?.every(matchesAny) ?? true;
    case 'ForAnyValue':
      return ({ context }) => valuesOf(context, key)?.some(matchesAny) ?? false;
    default:
      throw new Error(`The condition operator ${operator} is not known locally.`);
  }
}

/** The names of keys are the same in any case; a list without a value is as good as none. */
function valuesOf(context: AccessRequest['context'], key: string): readonly string[] | undefined {
  const lower = key.toLowerCase();
  const value = Object.entries(context).find(([name]) => name.toLowerCase() === lower)?.[1];
  if (value === undefined || typeof value === 'string') return value === undefined ? undefined : [value];
  return value.length === 0 ? undefined : value;
}
