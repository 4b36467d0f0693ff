import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** What intrinsic functions look up. Each answers undefined for what it does not know. */
export interface IntrinsicScope {
  /** `Ref` of a pseudo parameter, a parameter or a resource. */
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  /** The template's own `Conditions` and `Mappings` sections, unresolved. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
}

/** A value that the runner cannot work out; `path` says where in the template it stands. */
export class UnresolvableTemplateError extends Error {
  override readonly name = 'UnresolvableTemplateError';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${reason} (at ${path})`);
    this.path = path;
  }
}

/** `AWS::NoValue`: whatever holds it drops the key or the element. */
const noValue = Symbol('AWS::NoValue');

interface Position {
  readonly scope: IntrinsicScope;
  readonly path: string;
}
type Intrinsic = (argument: unknown, at: Position) => unknown;

const logicalId = z.string();
const attributeName = z.union([z.tuple([z.string(), z.string()]), z.templateLiteral([z.string(), '.', z.string()])]);
const listOf = z.array(z.unknown());
const pair = z.tuple([z.unknown(), z.unknown()]);
const substitution = z.union([z.string(), z.tuple([z.string(), z.record(z.string(), z.unknown())])]);
const mappingPath = z.tuple([z.unknown(), z.unknown(), z.unknown()]);
const choice = z.tuple([z.string(), z.unknown(), z.unknown()]);

/**
 * Replaces every intrinsic function inside `value` by what it stands for.
 * @throws UnresolvableTemplateError that names the path of an intrinsic or a reference that is not known.
 */
export function resolveIntrinsics(value: unknown, scope: IntrinsicScope, path: string): unknown {
  const resolved = resolve(value, { scope, path });
  return resolved === noValue ? undefined : resolved;
}

function resolve(value: unknown, at: Position): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolve(item, within(at, index))).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(...only)) {
    const [name, argument] = only;
    const intrinsic = intrinsics[name];
    if (intrinsic === undefined) throw new UnresolvableTemplateError(at.path, `${name} is not supported locally`);
    return intrinsic(argument, within(at, name));
  }
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolve(item, within(at, key))]).filter(([, item]) => item !== noValue),
  );
}

/** `Condition` is an intrinsic where it names one; a policy statement has a key of that name as well. */
function isIntrinsic(key: string, argument: unknown): boolean {
  return key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');
}

function within(at: Position, key: string | number): Position {
  return { scope: at.scope, path: `${at.path}.${key}` };
}

function argumentOf<Schema extends z.ZodType>(schema: Schema, argument: unknown, at: Position): z.infer<Schema> {
  const parsed = schema.safeParse(argument);
  if (!parsed.success) throw new UnresolvableTemplateError(at.path, 'the arguments of the intrinsic are malformed');
  return parsed.data;
}

/** A scalar inside text: CloudFormation joins numbers and booleans as they are written. */
function textOf(value: unknown, at: Position): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UnresolvableTemplateError(at.path, 'text was expected');
}

function lookUpReference(id: string, at: Position): unknown {
  if (id === 'AWS::NoValue') return noValue;
  const value = at.scope.ref(id);
  if (value === undefined) throw new UnresolvableTemplateError(at.path, `Ref of ${id} is not known locally`);
  return value;
}

function lookUpAttribute(id: string, attribute: string, at: Position): unknown {
  const value = at.scope.getAtt(id, attribute);
  if (value === undefined) {
    throw new UnresolvableTemplateError(at.path, `the attribute ${attribute} of ${id} is not known locally`);
  }
  return value;
}

function substitute(argument: unknown, at: Position): string {
  const parsed = argumentOf(substitution, argument, at);
  const [text, variables] = typeof parsed === 'string' ? [parsed, {}] : parsed;
  const own = new Map(Object.entries(variables));
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (own.has(name)) return textOf(resolve(own.get(name), within(at, name)), at);
    const dot = name.indexOf('.');
    const value = dot < 0 ? lookUpReference(name, at) : lookUpAttribute(name.slice(0, dot), name.slice(dot + 1), at);
    return textOf(value, at);
  });
}

function select(argument: unknown, at: Position): unknown {
  const [index, list] = argumentOf(pair, argument, at);
  const items = argumentOf(listOf, resolve(list, at), at);
  const item = items[Number(textOf(resolve(index, at), at))];
  if (item === undefined) throw new UnresolvableTemplateError(at.path, 'Fn::Select is out of range');
  return item;
}

function findInMap(argument: unknown, at: Position): unknown {
  const keys = argumentOf(mappingPath, argument, at).map((key) => textOf(resolve(key, at), at));
  let value: unknown = at.scope.mappings;
  for (const key of keys) {
    value = argumentOf(z.record(z.string(), z.unknown()), value, at)[key];
    if (value === undefined) throw new UnresolvableTemplateError(at.path, `Fn::FindInMap has no ${keys.join('.')}`);
  }
  return value;
}

function isTrue(condition: unknown, at: Position): boolean {
  const value = resolve(condition, at);
  if (typeof value === 'boolean') return value;
  throw new UnresolvableTemplateError(at.path, 'a condition was expected');
}

/** Whether a named condition of the template holds. */
export function evaluateCondition(name: string, scope: IntrinsicScope, path: string): boolean {
  const definition = scope.conditions[name];
  if (definition === undefined) throw new UnresolvableTemplateError(path, `the condition ${name} is not defined`);
  return isTrue(definition, { scope, path: `Conditions.${name}` });
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, at) => lookUpReference(argumentOf(logicalId, argument, at), at),
  Condition: (argument, at) => evaluateCondition(argumentOf(logicalId, argument, at), at.scope, at.path),
  'Fn::GetAtt': (argument, at) => {
    const parsed = argumentOf(attributeName, argument, at);
    const [id = '', ...attribute] = typeof parsed === 'string' ? parsed.split('.') : parsed;
    return lookUpAttribute(id, attribute.join('.'), at);
  },
  'Fn::Join': (argument, at) => {
    const [separator, list] = argumentOf(z.tuple([z.string(), z.unknown()]), argument, at);
    const items = argumentOf(listOf, resolve(list, at), at);
    return items.map((item, index) => textOf(item, within(at, index))).join(separator);
  },
  'Fn::Sub': substitute,
  'Fn::Select': select,
  'Fn::Split': (argument, at) => {
    const [separator, text] = argumentOf(z.tuple([z.string(), z.unknown()]), argument, at);
    return textOf(resolve(text, at), at).split(separator);
  },
  'Fn::FindInMap': findInMap,
  'Fn::If': (argument, at) => {
    const [name, whenTrue, whenFalse] = argumentOf(choice, argument, at);
    return resolve(evaluateCondition(name, at.scope, at.path) ? whenTrue : whenFalse, at);
  },
  'Fn::Equals': (argument, at) => {
    const [left, right] = argumentOf(pair, argument, at);
    return isDeepStrictEqual(resolve(left, at), resolve(right, at));
  },
  'Fn::And': (argument, at) => argumentOf(listOf, argument, at).every((condition) => isTrue(condition, at)),
  'Fn::Or': (argument, at) => argumentOf(listOf, argument, at).some((condition) => isTrue(condition, at)),
  'Fn::Not': (argument, at) => argumentOf(listOf, argument, at).every((condition) => !isTrue(condition, at)),
};
