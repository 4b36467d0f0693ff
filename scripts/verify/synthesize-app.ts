import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Template, template } from './template.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

const report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string().default('') })).default([]),
        }),
      ),
      suppressedViolations: z
        .array(z.object({ acknowledgedId: z.string(), acknowledgedAt: z.string(), reason: z.string() }))
        .default([]),
    }),
  ),
});

/** Something that the rules of a pack object to. */
export interface Finding {
  /** Whose rule it is, such as `NIST.800.53.R5`; `CloudFormation-Validate` are CloudFormation's own. */
  readonly pack: string;
  readonly rule: string;
  readonly path: string;
}

export interface Acknowledged {
  readonly id: string;
  readonly path: string;
  readonly reason: string;
}

/** What `cdk deploy` would hand over, and what was found against it. */
export interface SynthesizedApp {
  /** By the name of the stack. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly packs: readonly string[];
  /** Those that stand. */
  readonly findings: readonly Finding[];
  readonly acknowledged: readonly Acknowledged[];
}

/**
 * Runs the app as a deployment does: every stage, every check, no AWS account.
 * @throws Error with what it printed, where it made nothing that could be checked.
 */
export async function synthesizeApp(): Promise<SynthesizedApp> {
  const outdir = mkdtempSync(join(tmpdir(), 'portcullis-verify-'));
  try {
    const output = await runApp(outdir);
    if (!existsSync(join(outdir, 'validation-report.json'))) throw new Error(`The app does not synthesize:\n${output}`);
    return readAssembly(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** A finding makes the app fail, after it has written what it found. */
async function runApp(outdir: string): Promise<string> {
  const { PORTCULLIS_STAGES: _selection, ...environment } = process.env;
  try {
    const { stderr } = await run(process.execPath, [join(root, 'scripts', 'launch.mjs'), 'bin/gateway.ts'], {
      cwd: root,
      env: { ...environment, CDK_OUTDIR: outdir },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stderr;
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  }
}

function readAssembly(outdir: string): SynthesizedApp {
  const readJson = (name: string): unknown => JSON.parse(readFileSync(join(outdir, name), 'utf8'));
  const names = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  const { pluginReports } = report.parse(readJson('validation-report.json'));
  return {
    templates: new Map(names.map((name) => [name.replace('.template.json', ''), template.parse(readJson(name))])),
    packs: pluginReports.map(({ pluginName }) => pluginName),
    findings: pluginReports.flatMap(({ pluginName: pack, violations }) =>
      violations.flatMap(({ ruleName: rule, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath: path }) => ({ pack, rule, path })),
      ),
    ),
    acknowledged: pluginReports.flatMap(({ suppressedViolations }) =>
      suppressedViolations.map(({ acknowledgedId: id, acknowledgedAt: path, reason }) => ({ id, path, reason })),
    ),
  };
}
