import type { LeaseChange, OpenChange, ScopeUpdate } from '../domain/limits/scope-update.ts';

type Value = { readonly N: string } | { readonly S: string } | { readonly SS: readonly string[] };

/** The parts of an UpdateItem that say what changes, and when. */
export interface UpdateExpressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
}

/** Collects clauses, and names their values and the paths that may not be written out. */
class Clauses {
  readonly set: string[] = [];
  readonly remove: string[] = [];
  readonly add: string[] = [];
  /** An update of an item that is not there would make one. */
  readonly conditions: string[] = ['attribute_exists(pk)'];
  readonly names: Record<string, string> = {};
  readonly values: Record<string, Value> = {};

  number(value: number): string {
    return this.value(`:n${String(value).replace('-', '_')}`, { N: String(value) });
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
}

function addGuards(clauses: Clauses, { guards }: ScopeUpdate): void {
  for (const { counter, atLeast, atMost } of guards) {
    if (atLeast !== undefined && atLeast === atMost) clauses.conditions.push(`${counter} = ${clauses.number(atMost)}`);
    else {
      if (atLeast !== undefined) clauses.conditions.push(`${counter} >= ${clauses.number(atLeast)}`);
      if (atMost !== undefined) clauses.conditions.push(`${counter} <= ${clauses.number(atMost)}`);
    }
  }
}

function addAssignments(clauses: Clauses, { assignments }: ScopeUpdate): void {
  for (const { counter, from, plus } of assignments) {
    if (from === undefined) clauses.set.push(`${counter} = ${clauses.number(plus)}`);
    else if (plus === 0) clauses.set.push(`${counter} = ${from}`);
    else clauses.set.push(`${counter} = ${from} ${plus < 0 ? '-' : '+'} ${clauses.number(Math.abs(plus))}`);
  }
}

function changeOpen(clauses: Clauses, change: OpenChange): void {
  const path = clauses.entry(change.requestId);
  const packed = clauses.value(':entry', { S: change.packed });
  switch (change.kind) {
    case 'add':
      clauses.set.push(`${path} = ${packed}`);
      clauses.conditions.push(`attribute_not_exists(${path})`, `size(#open) < ${clauses.number(change.below)}`);
      change.forget.forEach((mark, index) => {
        const place = clauses.entry(mark.requestId, `#mark${index}`);
        clauses.remove.push(place);
        clauses.conditions.push(`${place} = ${clauses.value(`:mark${index}`, { S: mark.packed })}`);
      });
      return;
    case 'drop':
      clauses.remove.push(path);
      clauses.conditions.push(`${path} = ${packed}`);
      return;
    case 'replace':
      clauses.set.push(`${path} = ${clauses.value(':by', { S: change.by })}`);
      clauses.conditions.push(`${path} = ${packed}`);
  }
}

/** `leaseShard` is written again with every lease: a scope that lacks it would be missing from the index. */
function changeLease(clauses: Clauses, change: LeaseChange, leaseShard: string): void {
  if (change.kind === 'clear') {
    clauses.remove.push('leaseBucket');
    clauses.conditions.push(`size(${clauses.open()}) < ${clauses.number(1)}`);
    return;
  }
  const bucket = clauses.number(change.bucket);
  clauses.set.push(`leaseShard = ${clauses.value(':shard', { S: leaseShard })}`);
  if (change.kind === 'cover') {
    clauses.set.push(`leaseBucket = if_not_exists(leaseBucket, ${bucket})`);
    clauses.conditions.push(`(attribute_not_exists(leaseBucket) OR leaseBucket <= ${bucket})`);
  } else {
    clauses.set.push(`leaseBucket = ${bucket}`);
    clauses.conditions.push(`leaseBucket ${change.kind === 'advance' ? '>' : '<'} ${bucket}`);
  }
}

function section(keyword: string, clauses: readonly string[]): string[] {
  return clauses.length === 0 ? [] : [`${keyword} ${clauses.join(', ')}`];
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
    clauses.add.push(`kin ${clauses.value(':kin', { SS: update.kin })}`);
  }
  const { names, values } = clauses;
  return {
    UpdateExpression: [
      ...section('SET', clauses.set),
      ...section('REMOVE', clauses.remove),
      ...section('ADD', clauses.add),
    ].join(' '),
    ConditionExpression: clauses.conditions.join(' AND '),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
