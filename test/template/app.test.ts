import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { stages } from '../../lib/stage-config.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'portcullis-app-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No AWS account, no credentials, nothing remembered from earlier runs. */
const bareEnvironment = { PATH: process.env['PATH'], HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };

function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run(process.execPath, [join(root, 'scripts', 'launch.mjs'), ...args], {
    cwd: root,
    env: { ...bareEnvironment, ...env },
  });
}

function templateIn(outdir: string, stage: string): unknown {
  return JSON.parse(readFileSync(join(outdir, `portcullis-${stage}.template.json`), 'utf8'));
}

function assetsIn(outdir: string): string[] {
  return readdirSync(outdir).filter((name) => name.startsWith('asset.'));
}

describe('the app', () => {
  const byCli = join(folder, 'by-cli');
  const byItself = join(folder, 'by-itself');

  test('is synthesized by the CLI for every stage, with every check and no AWS account', async () => {
    await launch(['cdk', 'synth', '--quiet', '--output', byCli]);
    const templates = readdirSync(byCli).filter((name) => name.endsWith('.template.json'));
    expect(templates.sort()).toEqual(
      [...[...stages.keys()].map((name) => `portcullis-${name}`), 'portcullis-account-us-east-1']
        .map((stack) => `${stack}.template.json`)
        .sort(),
    );
    // One bundle per function, whatever the number of stages.
    expect(assetsIn(byCli)).toHaveLength(5);
    // Every check over every stage, on a machine that may be busy with more.
  }, 240_000);

  test('run by itself for one stage, synthesizes exactly what the CLI would deploy', async () => {
    await launch(['bin/gateway.ts'], { PORTCULLIS_STAGES: 'local', CDK_OUTDIR: byItself });
    expect(templateIn(byItself, 'local')).toEqual(templateIn(byCli, 'local'));
    expect(assetsIn(byItself).sort()).toEqual(assetsIn(byCli).sort());
    expect(readdirSync(byItself).filter((name) => name.endsWith('.template.json'))).toHaveLength(1);
  });

  test('refuses a stage that there is not, and says which there are', async () => {
    await expect(launch(['bin/gateway.ts'], { PORTCULLIS_STAGES: 'loca' })).rejects.toThrow(
      'no stage "loca"; there are local, dev, prod',
    );
  });
});
