// What may be set on a key, and how that is kept. A field that was never set, and one that was set to null, are the same
// thing: none.
import * as z from 'zod';
import { permissions, roles } from '../domain/access/permissions.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { mergePatch } from '../domain/json/merge-patch.ts';
import { environments, type KeyRecord, keyTypes, moderationModes } from '../domain/keys/key-record.ts';
import { MODEL_PATTERN } from '../domain/models/model-pattern.ts';
import { parseInput } from '../domain/parse-input.ts';
import { connectionFields } from './connection-fields.ts';
import { limitFields, modelLimitFields, showLimits, showModelLimits, toLimits, toModelLimits } from './limit-fields.ts';
import { displayName, freeText, textLine } from './plain-text.ts';

const modelPattern = z
  .string()
  .refine((text) => MODEL_PATTERN.test(text), 'must be the name of a model, with * for any part of it');
const label = textLine(64);

function atMost(count: number) {
  const check = (value: object) => Object.keys(value).length <= count;
  return [check, `must have at most ${count} members`] as const;
}

/** Every pattern that a model matches costs its requests a write, side by side with the others. */
const MAX_MODEL_LIMITS = 16;

const keyFields = z.strictObject({
  name: displayName,
  /** What a user key may at most; either of the two. */
  role: z.enum(roles).optional(),
  permissions: z
    .array(z.enum(permissions))
    .min(1)
    .transform((list) => [...new Set(list)])
    .optional(),
  models: z.array(modelPattern).min(1).max(64).optional(),
  ...limitFields,
  model_limits: z
    .record(modelPattern, z.strictObject(modelLimitFields))
    .refine(...atMost(MAX_MODEL_LIMITS))
    .optional(),
  ...connectionFields,
  /** Unix seconds; what is longer is milliseconds. */
  expires_at: z.int().min(1).max(99_999_999_999).optional(),
  moderation: z.enum(moderationModes).default('off'),
  zero_logging: z.boolean().optional(),
  metadata: z
    .record(label, freeText(512))
    .refine(...atMost(16))
    .optional(),
  tags: z.array(label).max(16).optional(),
});
type KeyFields = z.infer<typeof keyFields>;

/** What is settled for good when a key is made. */
const newKeyFields = keyFields.extend({
  type: z.enum(keyTypes).default('user'),
  environment: z.enum(environments).optional(),
  user_id: z.string().max(64).optional(),
});

/** The part of a record that may be changed. */
export type KeySettings = Pick<
  KeyRecord,
  | 'name'
  | 'role'
  | 'permissions'
  | 'models'
  | 'limits'
  | 'modelLimits'
  | 'allowedDomains'
  | 'allowedIps'
  | 'expiresAt'
  | 'moderation'
  | 'zeroLogging'
  | 'metadata'
  | 'tags'
>;

function toSettings(fields: KeyFields): KeySettings {
  const modelLimits = Object.entries(fields.model_limits ?? {});
  return {
    name: fields.name,
    role: fields.role,
    permissions: fields.permissions,
    models: fields.models,
    limits: toLimits(fields),
    modelLimits: Object.fromEntries(modelLimits.map(([pattern, own]) => [pattern, toModelLimits(own)])),
    allowedDomains: fields.allowed_domains,
    allowedIps: fields.allowed_ips,
    expiresAt: fields.expires_at,
    moderation: fields.moderation === 'off' ? undefined : fields.moderation,
    zeroLogging: fields.zero_logging,
    metadata: fields.metadata,
    tags: fields.tags,
  };
}

/** All that may be changed on a key, as its owner sees it. */
export function showSettings({ limits = {}, modelLimits = {}, ...settings }: KeySettings) {
  return {
    name: settings.name,
    role: settings.role ?? null,
    permissions: settings.permissions ?? null,
    models: settings.models ?? null,
    ...showLimits(limits),
    model_limits: Object.fromEntries(
      Object.entries(modelLimits).map(([pattern, own]) => [pattern, showModelLimits(own)]),
    ),
    allowed_domains: settings.allowedDomains ?? null,
    allowed_ips: settings.allowedIps ?? null,
    expires_at: settings.expiresAt ?? null,
    moderation: settings.moderation ?? 'off',
    zero_logging: settings.zeroLogging ?? false,
    metadata: settings.metadata ?? {},
    tags: settings.tags ?? [],
  };
}

function refuseField(param: keyof KeyFields, complaint: string): ReturnType<typeof refuse> {
  return refuse('invalid_request', `Invalid value: '${param}' ${complaint}.`, param);
}

/** What no single field can tell. `before` is undefined for a new key. */
function checkTogether(
  settings: KeySettings,
  { type, before, nowSeconds }: { type: KeyRecord['type']; before?: KeySettings; nowSeconds: number },
): Outcome<KeySettings> {
  if (type === 'spend_limit' && settings.limits?.maxBudgetNano === undefined) {
    return refuseField('max_budget', 'is required for a spend_limit key');
  }
  if (type !== 'user' && settings.role !== undefined) return refuseField('role', 'is for user keys alone');
  if (type !== 'user' && settings.permissions !== undefined)
    return refuseField('permissions', 'is for user keys alone');
  if (settings.role !== undefined && settings.permissions !== undefined) {
    return refuseField('permissions', 'cannot stand beside a role');
  }
  const { expiresAt } = settings;
  if (expiresAt !== undefined && expiresAt !== before?.expiresAt && expiresAt <= nowSeconds) {
    return refuseField('expires_at', 'must lie in the future');
  }
  return accept(settings);
}

export interface NewKeySettings extends Pick<KeyRecord, 'type' | 'environment'> {
  readonly settings: KeySettings;
  /** Whose key it is to be: null for nobody's, undefined where nothing was said. */
  readonly holder: string | null | undefined;
}

function saysNobody(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'user_id' in input && input.user_id === null;
}

/** Reads the body of a creation. */
export function readNewKey(input: unknown, nowSeconds: number): Outcome<NewKeySettings> {
  const fields = parseInput(newKeyFields, mergePatch({}, input));
  if (!fields.ok) return fields;
  const { type, environment, user_id } = fields.value;
  const settings = checkTogether(toSettings(fields.value), { type, nowSeconds });
  if (!settings.ok) return settings;
  return accept({ type, environment, settings: settings.value, holder: saysNobody(input) ? null : user_id });
}

/** Reads a merge patch of what is set on a key. What cannot be set is an unknown parameter. */
export function readKeyPatch(before: KeyRecord, patch: unknown, nowSeconds: number): Outcome<KeySettings> {
  const set = mergePatch({}, showSettings(before));
  const fields = parseInput(keyFields, mergePatch(set, patch));
  if (!fields.ok) return fields;
  return checkTogether(toSettings(fields.value), { type: before.type, before, nowSeconds });
}
