import { accept, GatewayFault, type Outcome, type Refusal, refuse } from '../errors.ts';
import { type FieldName, fields, nameField } from './fields.ts';
import type { Dialect } from './parts.ts';

/** What was made of a request, and which of its fields are not in it. */
export interface Translated<Value> {
  readonly value: Value;
  /** As the client calls them, each once. */
  readonly dropped: readonly string[];
}

/** Notes, in the course of one translation, what the other side cannot say. */
export interface TranslationLog {
  /** By the field's policy. `at` is where it lay, for a refusal. */
  readonly lose: (field: FieldName, at?: string) => void;
  /** A field that has no entry in the table. */
  readonly drop: (name: string) => void;
  /** What cannot be said at all; the first counts. */
  readonly refuse: (param: string, message?: string) => void;
  /** What is not even right in the client's own dialect. */
  readonly reject: (refusal: Refusal) => void;
  /** The value, unless something had to be refused; undefined where that was so. */
  readonly conclude: <Value>(value: Value | undefined) => Outcome<Translated<Value>>;
}

const unsupported = 'The model’s provider has no counterpart for this field. Leave it out, or choose another model.';

/** A header's worth. */
const mostDropped = 64;

/** Field names are the client's own text: a header holds no others. */
const plainName = /^[\w.$-]{1,64}$/;

export function createTranslationLog(dialect: Dialect): TranslationLog {
  const dropped = new Set<string>();
  let refusal: Refusal | undefined;
  const drop = (name: string) => {
    if (dropped.size < mostDropped) dropped.add(plainName.test(name) ? name : 'unknown');
  };
  const reject = (first: Refusal) => {
    refusal ??= first;
  };
  const refuseFirst = (param: string, message = unsupported) =>
    reject(refuse('unsupported_parameter', message, param).refusal);
  return {
    lose(field, at) {
      const name = nameField(field, dialect);
      if (fields[field].policy === 'drop') drop(name);
      else refuseFirst(at ?? name);
    },
    drop,
    refuse: refuseFirst,
    reject,
    conclude(value) {
      if (refusal !== undefined) return { ok: false, refusal };
      if (value === undefined) throw new GatewayFault('internal_error');
      return accept({ value, dropped: [...dropped] });
    },
  };
}
