import { createHash } from 'node:crypto';
import type { Level, LevelOperation } from 'dynalite/db/index.js';
import * as z from 'zod';
import { dynamoError } from './engine.ts';

const tokenLifeMs = 10 * 60 * 1000;
const prefix = 'request-token~';
const tokenSchema = z.object({ token: z.string(), fingerprint: z.string(), expiresAtMs: z.number() });
type Token = z.infer<typeof tokenSchema>;

/** The ClientRequestTokens of the last ten minutes' transactions: each is stored with the transaction itself. */
export class RequestTokens {
  readonly #db: Level;
  readonly #now: () => number;
  readonly #known = new Map<string, Token>();

  private constructor(db: Level, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  static async open(db: Level, now: () => number): Promise<RequestTokens> {
    const tokens = new RequestTokens(db, now);
    const stored = z.array(tokenSchema).parse(await db.values({ gte: prefix, lt: `${prefix}\xFF` }).all());
    for (const token of stored) tokens.#known.set(token.token, token);
    return tokens;
  }

  /** Whether this very transaction has been done; throws IdempotentParameterMismatchException where it was another. */
  isDone(token: string, request: unknown): boolean {
    const known = this.#known.get(token);
    if (known === undefined || known.expiresAtMs <= this.#now()) return false;
    if (known.fingerprint === fingerprintOf(request)) return true;
    throw dynamoError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  /** To be stored with the transaction's changes; `remember` once it is. */
  record(token: string, request: unknown): { operation: LevelOperation; remember: () => void } {
    const entry = { token, fingerprint: fingerprintOf(request), expiresAtMs: this.#now() + tokenLifeMs };
    return {
      operation: { type: 'put', key: prefix + token, value: entry },
      remember: () => this.#known.set(token, entry),
    };
  }

  /** Forgets what has expired. */
  async sweep(): Promise<void> {
    const expired = [...this.#known.values()].filter(({ expiresAtMs }) => expiresAtMs <= this.#now());
    for (const { token } of expired) this.#known.delete(token);
    if (expired.length > 0) await this.#db.batch(expired.map(({ token }) => ({ type: 'del', key: prefix + token })));
  }
}

function fingerprintOf(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
