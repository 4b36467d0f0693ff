import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { sha256 } from '../../lambdas/crypto/sha256.ts';
import { rawPublicKey, verifyEd25519 } from '../../lambdas/crypto/verify-ed25519.ts';
import type { KeptCheckpoint } from '../../lambdas/domain/audit/checkpoint.ts';
import { type NoteKey, parseNoteKey } from '../../lambdas/domain/audit/signed-note.ts';
import { type ExportVerdict, verifyExport } from '../../lambdas/domain/audit/verify-export.ts';
import { CliError } from './cli-error.ts';
import { parseLines, readCheckpoints, readText } from './read-checkpoints.ts';

const verifyOptions = z.object({
  account: z.string().optional(),
  checkpoints: z.string().optional(),
  publicKey: z.string().optional(),
  asOf: z.string().optional(),
  json: z.boolean().optional(),
});
type VerifyOptions = z.infer<typeof verifyOptions>;

const owned = z.object({ tenant: z.string() });

const meanings: Readonly<Record<Extract<ExportVerdict, { ok: false }>['fault'], string>> = {
  malformed: 'it is not what it should be at all',
  foreign: "it is another account's, or another gateway's",
  gap: 'one is missing before it, or it is there twice',
  unlinked: 'it does not follow from the one before it',
  edited: 'its hash is not that of its content',
  rewritten: 'a checkpoint vouches for another in its place',
  cut: 'a checkpoint vouches for it, and it is missing, with all behind it',
  unsigned: 'it is not signed by that key',
  backdated: 'it is older than the one before it',
  stale: 'it is missing: an hour and more before that time nothing is vouched for',
};

/** The key itself in C2SP's form, or a file that holds it so or as PEM, which does not tell whose it is. */
async function readKey(given: string, [first]: readonly KeptCheckpoint[]): Promise<NoteKey> {
  const text = given.includes('+') ? given : (await readText(given)).trim();
  const key = parseNoteKey(text, sha256);
  if (key !== undefined) return key;
  try {
    const spki = createPublicKey(text).export({ type: 'spki', format: 'der' });
    const publicKey = rawPublicKey(spki);
    if (publicKey !== undefined) return { name: first?.note.split('\n')[0] ?? '', publicKey };
  } catch {
    // Told below, with nothing of what was read.
  }
  throw new CliError('usage', '--public-key is neither an Ed25519 key as C2SP writes it nor a PEM file of one.');
}

function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds)) throw new CliError('usage', '--as-of must be a time such as 2026-11-25T12:00:00Z.');
  return seconds;
}

async function verify(file: string, options: VerifyOptions): Promise<{ tenant: string; verdict: ExportVerdict }> {
  const { account, checkpoints: from, publicKey } = options;
  if ((from === undefined) !== (publicKey === undefined)) {
    throw new CliError('usage', '--checkpoints and --public-key go together: neither says anything without the other.');
  }
  if (from === undefined && options.asOf !== undefined) throw new CliError('usage', '--as-of takes --checkpoints.');
  const events = parseLines(await readText(file), file);
  const tenant = account ?? owned.safeParse(events[0]).data?.tenant;
  if (tenant === undefined)
    throw new CliError('usage', `${file} does not tell whose log it is: say so with --account.`);
  const checkpoints = from === undefined ? [] : await readCheckpoints(from);
  const key =
    publicKey === undefined ? { name: '', publicKey: new Uint8Array() } : await readKey(publicKey, checkpoints);
  const exported = { tenant, events, checkpoints, key, asOf: readTime(options.asOf) };
  return { tenant, verdict: verifyExport(exported, { sha256, verifyEd25519, digest: canonicalDigest }) };
}

function describe(tenant: string, verdict: Extract<ExportVerdict, { ok: true }>, isAttested: boolean): string {
  const { events, attested, checkpoints, attestedAt } = verdict;
  const chain = `account   ${tenant}\nevents    ${events}, each as it was written\n`;
  if (!isAttested) {
    return `${chain}attested  not looked at: without --checkpoints a cut tail or a log written anew does not show\n`;
  }
  const newest = attestedAt === undefined ? '' : `, the newest of ${new Date(attestedAt * 1000).toISOString()}`;
  return `${chain}attested  ${attested} of them, by ${checkpoints} checkpoints${newest}\n`;
}

/** `audit verify`: reads files alone. Throws CliError that names the first link which does not hold. */
export async function verifyAuditLog(file: string, given: unknown, write: (text: string) => void): Promise<void> {
  const options = verifyOptions.parse(given);
  const { tenant, verdict } = await verify(file, options);
  if (options.json) write(`${JSON.stringify({ account: tenant, ...verdict })}\n`);
  if (!verdict.ok) {
    const { where, place, fault } = verdict;
    throw new CliError('refuted', `The log does not hold. First broken link: ${where} ${place}: ${meanings[fault]}.`);
  }
  if (!options.json) write(describe(tenant, verdict, options.checkpoints !== undefined));
}
