import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../lambdas/domain/audit/checkpoint.ts';
import { parseNote } from '../../../lambdas/domain/audit/signed-note.ts';
import { type AuditExport, verifyExport } from '../../../lambdas/domain/audit/verify-export.ts';
import { mutations } from '../../support/audit-mutations.ts';
import { auditPorts, createNoteSigner, growAuditWorld, randomFrom, sha256 } from '../../support/audit-world.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;
const signer = createNoteSigner('gateway.example/audit');
const tenant = 'acct_one';
const seed = fc.integer();

function exportOf(world: ReturnType<typeof growAuditWorld>): AuditExport {
  const asOf = world.steps.at(-1)?.time;
  return {
    tenant,
    events: world.chains.get(tenant) ?? [],
    checkpoints: world.checkpoints,
    key: signer.key,
    asOf,
  };
}

const verify = (exported: AuditExport) => verifyExport(exported, auditPorts);

describe('an export', () => {
  const clean = isProof ? 1_000 : 100;
  test(`as it came about verifies, whatever came between: no false alarm in ${clean} times three logs`, () => {
    fc.assert(
      fc.property(seed, (number) => {
        const world = growAuditWorld(signer, randomFrom(number), 3);
        for (const [each, events] of world.chains) {
          const verdict = verify({ ...exportOf(world), tenant: each, events });
          expect(verdict).toMatchObject({ ok: true, events: events.length, checkpoints: world.checkpoints.length });
          expect(verify({ ...exportOf(world), tenant: each, events, checkpoints: [], asOf: undefined }).ok).toBe(true);
        }
      }),
      { numRuns: clean },
    );
  }, 600_000);

  test('says how far the checkpoints vouch for it', () => {
    const world = growAuditWorld(signer, randomFrom(1), 3);
    const signed = world.chains.get(tenant)?.findLast(({ hash }) => world.steps.at(-1)?.heads.join().includes(hash));
    expect(verify(exportOf(world))).toMatchObject({ attestedAt: world.steps.at(-1)?.time });
    expect(verify({ ...exportOf(world), checkpoints: [], asOf: undefined })).toMatchObject({ attested: 0 });
    if (signed) expect(verify(exportOf(world))).toMatchObject({ attested: signed.sequence });
  });

  /** 100,000 in all under PORTCULLIS_PROVE. */
  const runs = isProof ? 10_000 : 100;
  test.each(Object.entries(mutations))(
    `is refused after this was done to it: %s (${runs} times)`,
    (name, mutate) => {
      const faults = new Map<string, number>();
      fc.assert(
        fc.property(seed, (number) => {
          const random = randomFrom(number);
          const world = growAuditWorld(signer, random);
          const mutated = { ...exportOf(world), ...mutate(world, tenant, random) };
          expect(mutated, 'nothing was changed').not.toEqual(exportOf(world));
          const verdict = verify(mutated);
          expect(verdict.ok, JSON.stringify(verdict)).toBe(false);
          if (!verdict.ok) faults.set(verdict.fault, (faults.get(verdict.fault) ?? 0) + 1);
        }),
        { numRuns: runs },
      );
      const found = [...faults].map(([fault, times]) => `${fault} ${times}`).join(', ');
      process.stdout.write(`audit, ${name}: ${runs} found of ${runs} (${found})\n`);
    },
    600_000,
  );

  test('whose newest checkpoints were kept back is stale as of now, and only then', () => {
    const world = growAuditWorld(signer, randomFrom(7));
    const asOf = (world.steps.at(-1)?.time ?? 0) + 3 * 3_600;
    expect(verify({ ...exportOf(world), asOf })).toMatchObject({ ok: false, where: 'checkpoint', fault: 'stale' });
    expect(verify({ ...exportOf(world), asOf: undefined }).ok).toBe(true);
  });
});

test('a checkpoint is read back as it was written, and as nothing else', () => {
  const world = growAuditWorld(signer, randomFrom(3));
  for (const { note } of world.checkpoints) {
    const text = parseNote(note)?.text ?? '';
    const checkpoint = parseCheckpoint(text, sha256);
    expect(checkpoint).toMatchObject({ origin: signer.key.name });
    for (const other of [text.replace('time ', 'time 0'), `${text}x\n`, text.replace('\n', '\n0'), text.slice(1, -1)]) {
      expect(parseCheckpoint(other, sha256)).toBeUndefined();
    }
  }
});
