import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { KeyDefinition, KeySpec } from './key-definition.ts';

/** `material`: base64 of 32 bytes for a symmetric key, of a PKCS #8 private key for the others. */
const storedKey = z.object({ spec: z.string(), material: z.base64(), enabled: z.boolean(), createdAt: z.number() });
const storedKeys = z.object({ version: z.literal(1), keys: z.record(z.string(), storedKey) });
type StoredKeys = z.infer<typeof storedKeys>;

export interface LocalKey extends KeyDefinition {
  readonly enabled: boolean;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly material: KeyMaterial;
}

export type KeyMaterial =
  | { readonly kind: 'symmetric'; readonly secret: Buffer }
  | { readonly kind: 'signing'; readonly privateKey: KeyObject };

export interface KeyStoreOptions {
  /** The file that keeps the key material; readable by its owner alone. */
  readonly path: string;
  readonly definitions: readonly KeyDefinition[];
  readonly randomBytes: (bytes: number) => Buffer;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The keys and their material. What is in the file is never replaced: it may be all that opens somebody's data. */
export class KeyStore {
  readonly #path: string;
  readonly #definitions: ReadonlyMap<string, KeyDefinition>;
  #stored: StoredKeys;
  #keys: readonly LocalKey[];
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: KeyStoreOptions, stored: StoredKeys) {
    this.#path = options.path;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.id, definition]));
    this.#stored = stored;
    this.#keys = this.#load();
  }

  /** Reads the file, makes the material that is missing, and writes it down before anything can be encrypted with it. */
  static async open(options: KeyStoreOptions): Promise<KeyStore> {
    const stored = await readStoredKeys(options.path);
    const missing = options.definitions.filter(({ id }) => stored.keys[id] === undefined);
    const made = missing.map((definition) => [definition.id, makeKey(definition, options)] as const);
    const store = new KeyStore(options, { version: 1, keys: { ...stored.keys, ...Object.fromEntries(made) } });
    if (missing.length > 0) await store.#save();
    return store;
  }

  /** By id, ARN, alias name or alias ARN. */
  find(reference: string): LocalKey | undefined {
    return this.#keys.find(({ id, arn, aliases }) => {
      const aliasArns = aliases.map((alias) => arn.replace(/:key\/.*$/, `:${alias}`));
      return [id, arn, ...aliases, ...aliasArns].includes(reference);
    });
  }

  async setEnabled(id: string, enabled: boolean): Promise<void> {
    const key = this.#stored.keys[id];
    if (key === undefined || key.enabled === enabled) return;
    this.#stored = { version: 1, keys: { ...this.#stored.keys, [id]: { ...key, enabled } } };
    await this.#save();
    this.#keys = this.#load();
  }

  #load(): LocalKey[] {
    return [...this.#definitions.values()].flatMap((definition) => {
      const stored = this.#stored.keys[definition.id];
      if (stored === undefined) return [];
      if (stored.spec !== definition.spec) {
        throw new Error(`The key ${definition.id} in this data folder is ${stored.spec}, not ${definition.spec}.`);
      }
      const { enabled, createdAt } = stored;
      return [{ ...definition, enabled, createdAt, material: materialOf(definition.spec, stored.material) }];
    });
  }

  /** One after the other, so that an earlier state cannot replace a later one. */
  #save(): Promise<void> {
    const text = `${JSON.stringify(this.#stored, null, 2)}\n`;
    this.#saving = this.#saving.catch(() => {}).then(() => writeSecretFile(this.#path, text));
    return this.#saving;
  }
}

async function readStoredKeys(path: string): Promise<StoredKeys> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { version: 1, keys: {} };
  try {
    return storedKeys.parse(JSON.parse(text));
  } catch {
    // The cause would quote what it could not read, and that is key material.
    throw new Error(`${path} is not a key file. What it protected can be read with the right one alone.`);
  }
}

function makeKey({ spec }: KeyDefinition, { randomBytes, now }: KeyStoreOptions): z.infer<typeof storedKey> {
  const material = spec === 'SYMMETRIC_DEFAULT' ? randomBytes(32) : makePrivateKey(spec);
  return { spec, material: material.toString('base64'), enabled: true, createdAt: Math.floor(now() / 1000) };
}

function makePrivateKey(spec: Exclude<KeySpec, 'SYMMETRIC_DEFAULT'>): Buffer {
  const pairs = {
    ECC_NIST_P256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ECC_NIST_P384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ECC_NIST_EDWARDS25519: () => generateKeyPairSync('ed25519'),
  } satisfies Record<typeof spec, () => { privateKey: KeyObject }>;
  return pairs[spec]().privateKey.export({ type: 'pkcs8', format: 'der' });
}

function materialOf(spec: KeySpec, base64: string): KeyMaterial {
  const bytes = Buffer.from(base64, 'base64');
  if (spec === 'SYMMETRIC_DEFAULT') return { kind: 'symmetric', secret: bytes };
  return { kind: 'signing', privateKey: createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }) };
}

/** Whole or not at all, and on the disk before it is used: the file, then its name. */
async function writeSecretFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.keys.${process.pid}.tmp`);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(folder);
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; its rename is durable without.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
