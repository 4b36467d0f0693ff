// What a master key may set on a key, and how that is kept. A field that was never set, and one that was set to null, are
// the same thing: none.
import * as z from 'zod';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { mergePatch } from '../domain/json/merge-patch.ts';
import { type KeyRecord, keyTypes } from '../domain/keys/key-record.ts';
import { MODEL_PATTERN } from '../domain/models/model-pattern.ts';
import { parseInput } from '../domain/parse-input.ts';
import { displayName } from './display-name.ts';
import { limitFields, modelLimitFields, showLimits, showModelLimits, toLimits, toModelLimits } from './limit-fields.ts';

const modelPattern = z
  .string()
  .refine((text) => MODEL_PATTERN.test(text), 'must be the name of a model, with * for any part of it');
const label = z.string().min(1).max(64);

function atMost(count: number) {
  const check = (value: object) => Object.keys(value).length <= count;
  return [check, `must have at most ${count} members`] as const;
}

/** Every pattern that a model matches costs its requests a write, side by side with the others. */
const MAX_MODEL_LIMITS = 16;

const keyFields = z.strictObject({
  name: displayName,
  models: z.array(modelPattern).min(1).max(64).optional(),
  ...limitFields,
  model_limits: z
    .record(modelPattern, z.strictObject(modelLimitFields))
    .refine(...atMost(MAX_MODEL_LIMITS))
    .optional(),
  /** Unix seconds; what is longer is milliseconds. */
  expires_at: z.int().min(1).max(99_999_999_999).optional(),
  environment: z
    .string()
    .refine((text) => /^[a-z0-9-]{1,32}$/.test(text), 'must be 1 to 32 lower-case letters, digits and hyphens')
    .optional(),
  zero_logging: z.boolean().optional(),
  metadata: z
    .record(label, z.string().max(512))
    .refine(...atMost(16))
    .optional(),
  tags: z.array(label).max(16).optional(),
});
const newKeyFields = keyFields.extend({ type: z.enum(keyTypes).default('user') });

/** The part of a record that its owner sets. */
export type KeySettings = Pick<
  KeyRecord,
  'name' | 'models' | 'limits' | 'modelLimits' | 'expiresAt' | 'environment' | 'zeroLogging' | 'metadata' | 'tags'
>;

function toSettings(fields: z.infer<typeof keyFields>): KeySettings {
  const { name, models, model_limits, expires_at, environment, zero_logging, metadata, tags } = fields;
  return {
    name,
    models,
    limits: toLimits(fields),
    modelLimits: Object.fromEntries(
      Object.entries(model_limits ?? {}).map(([pattern, own]) => [pattern, toModelLimits(own)]),
    ),
    expiresAt: expires_at,
    environment,
    zeroLogging: zero_logging,
    metadata,
    tags,
  };
}

/** All that is set on a key as its owner sees it. */
export function showSettings(settings: KeySettings) {
  const { name, models, limits = {}, modelLimits = {}, expiresAt, environment, zeroLogging, metadata, tags } = settings;
  return {
    name,
    models: models ?? null,
    ...showLimits(limits),
    model_limits: Object.fromEntries(
      Object.entries(modelLimits).map(([pattern, own]) => [pattern, showModelLimits(own)]),
    ),
    expires_at: expiresAt ?? null,
    environment: environment ?? null,
    zero_logging: zeroLogging ?? false,
    metadata: metadata ?? {},
    tags: tags ?? [],
  };
}

/** What no single field can tell. `before` is undefined for a new key. */
function checkTogether(
  settings: KeySettings,
  { type, before, nowSeconds }: { type: KeyRecord['type']; before?: KeySettings; nowSeconds: number },
): Outcome<KeySettings> {
  if (type === 'spend_limit' && settings.limits?.maxBudgetNano === undefined) {
    return refuse('invalid_request', "Invalid value: 'max_budget' is required for a spend_limit key.", 'max_budget');
  }
  const { expiresAt } = settings;
  if (expiresAt !== undefined && expiresAt !== before?.expiresAt && expiresAt <= nowSeconds) {
    return refuse('invalid_request', "Invalid value: 'expires_at' must lie in the future.", 'expires_at');
  }
  return accept(settings);
}

export interface NewKeySettings {
  readonly type: KeyRecord['type'];
  readonly settings: KeySettings;
}

/** Reads the body of a creation. */
export function readNewKey(input: unknown, nowSeconds: number): Outcome<NewKeySettings> {
  const fields = parseInput(newKeyFields, mergePatch({}, input));
  if (!fields.ok) return fields;
  const { type } = fields.value;
  const settings = checkTogether(toSettings(fields.value), { type, nowSeconds });
  return settings.ok ? accept({ type, settings: settings.value }) : settings;
}

/** Reads a merge patch of what is set on a key. What cannot be set is an unknown parameter. */
export function readKeyPatch(before: KeyRecord, patch: unknown, nowSeconds: number): Outcome<KeySettings> {
  const set = mergePatch({}, showSettings(before));
  const fields = parseInput(keyFields, mergePatch(set, patch));
  if (!fields.ok) return fields;
  return checkTogether(toSettings(fields.value), { type: before.type, before, nowSeconds });
}
