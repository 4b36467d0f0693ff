import type { LeaseChange, OpenChange, ScopeUpdate } from '../domain/limits/scope-update.ts';

type Value = { readonly N: string } | { readonly S: string } | { readonly SS: readonly string[] };

/** The parts of an UpdateItem that say what changes, and when. */
export interface UpdateExpressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
}

/** The same ones in every change of one form: objects of always new members are what an engine is slowest at. */
const placeholders: readonly string[] = Array.from({ length: 64 }, (_, index) => `:${index}`);

/** Collects clauses, and names their values and the paths that may not be written out. */
class Clauses {
  set = '';
  remove = '';
  add = '';
  /** An update of an item that is not there would make one. */
  condition = 'attribute_exists(pk)';
  readonly names: Record<string, string> = {};
  readonly values: Record<string, Value> = {};
  #numbers = 0;

  number(value: number): string {
    const index = this.#numbers;
    this.#numbers += 1;
    return this.value(placeholders[index] ?? `:${index}`, { N: String(value) });
  }

  value(placeholder: string, value: Value): string {
    this.values[placeholder] = value;
    return placeholder;
  }

  /** `open` is a reserved word. */
  open(): string {
    this.names['#open'] = 'open';
    return '#open';
  }

  entry(requestId: string, placeholder = '#id'): string {
    this.names[placeholder] = requestId;
    return `${this.open()}.${placeholder}`;
  }

  assign(path: string, value: string): void {
    this.set += `${this.set === '' ? 'SET ' : ', '}${path} = ${value}`;
  }

  drop(path: string): void {
    this.remove += `${this.remove === '' ? ' REMOVE ' : ', '}${path}`;
  }

  require(condition: string): void {
    this.condition += ` AND ${condition}`;
  }
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

function addGuards(clauses: Clauses, { guards }: ScopeUpdate): void {
  for (const { counter, atLeast, atMost } of guards) {
    if (atLeast !== undefined && atLeast === atMost) clauses.require(`${counter} = ${clauses.number(atMost)}`);
    else {
      if (atLeast !== undefined) clauses.require(`${counter} >= ${clauses.number(atLeast)}`);
      if (atMost !== undefined) clauses.require(`${counter} <= ${clauses.number(atMost)}`);
    }
  }
}

function addAssignments(clauses: Clauses, { assignments }: ScopeUpdate): void {
  for (const { counter, from, plus } of assignments) {
    if (from === undefined) clauses.assign(counter, clauses.number(plus));
    else if (plus === 0) clauses.assign(counter, from);
    else clauses.assign(counter, `${from} ${plus < 0 ? '-' : '+'} ${clauses.number(Math.abs(plus))}`);
  }
}

function changeOpen(clauses: Clauses, change: OpenChange): void {
  const path = clauses.entry(change.requestId);
  const packed = clauses.value(':entry', { S: change.packed });
  switch (change.kind) {
    case 'add':
      clauses.assign(path, packed);
      clauses.require(`attribute_not_exists(${path})`);
      clauses.require(`size(#open) < ${clauses.number(change.below)}`);
      change.forget.forEach((mark, index) => {
        const place = clauses.entry(mark.requestId, `#mark${index}`);
        clauses.drop(place);
        clauses.require(`${place} = ${clauses.value(`:mark${index}`, { S: mark.packed })}`);
      });
      return;
    case 'drop':
      clauses.drop(path);
      clauses.require(`${path} = ${packed}`);
      return;
    case 'replace':
      clauses.assign(path, clauses.value(':by', { S: change.by }));
      clauses.require(`${path} = ${packed}`);
  }
}

/** `leaseShard` is written again with every lease: a scope that lacks it would be missing from the index. */
function changeLease(clauses: Clauses, change: LeaseChange, leaseShard: string): void {
  if (change.kind === 'clear') {
    clauses.drop('leaseBucket');
    clauses.require(`size(${clauses.open()}) < ${clauses.number(1)}`);
    return;
  }
  const bucket = clauses.number(change.bucket);
  clauses.assign('leaseShard', clauses.value(':shard', { S: leaseShard }));
  if (change.kind === 'cover') {
    clauses.assign('leaseBucket', `if_not_exists(leaseBucket, ${bucket})`);
    clauses.require(`(attribute_not_exists(leaseBucket) OR leaseBucket <= ${bucket})`);
  } else {
    clauses.assign('leaseBucket', bucket);
    clauses.require(`leaseBucket ${change.kind === 'advance' ? '>' : '<'} ${bucket}`);
  }
}

/**
 * The same change as `applyUpdate` makes, under the same guards as `holds` asks for, in DynamoDB's words.
 * `leaseShard` is where the index of leases has this scope.
 */
export function renderScopeUpdate(update: ScopeUpdate, leaseShard: string): UpdateExpressions {
  const clauses = new Clauses();
  addGuards(clauses, update);
  addAssignments(clauses, update);
  if (update.open !== undefined) changeOpen(clauses, update.open);
  if (update.lease !== undefined) changeLease(clauses, update.lease, leaseShard);
  if (update.kin !== undefined && update.kin.length > 0) {
    clauses.add = ` ADD kin ${clauses.value(':kin', { SS: update.kin })}`;
  }
  const { set, remove, add, condition, names, values } = clauses;
  return {
    UpdateExpression: (set + remove + add).trimStart(),
    ConditionExpression: condition,
    ...(hasMembers(names) && { ExpressionAttributeNames: names }),
    ...(hasMembers(values) && { ExpressionAttributeValues: values }),
  };
}
