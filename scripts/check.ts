// The one gate: `npm test`. Each step is a command that can also be run alone; the first that fails ends the run.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const launch = resolve(import.meta.dirname, 'launch.mjs');

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const types: readonly Step[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the runtime (exact optional properties)', command: ['tsc', '-p', 'lambdas'] },
];

const gate: readonly Step[] = [
  { name: 'format, lint, import rules', command: ['biome', 'ci', '.'] },
  ...types,
  { name: 'dead code and dependencies', command: ['knip'] },
  { name: 'tests', command: ['vitest', 'run'] },
];

const plans: Readonly<Record<string, readonly Step[]>> = {
  all: gate,
  types,
  prove: gate.map((step) => ({ ...step, env: { PORTCULLIS_PROVE: '1' } })),
};

function run(step: Step): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [launch, ...step.command], {
      stdio: 'inherit',
      env: { ...process.env, ...step.env },
    });
    child.on('exit', (code) => done(code ?? 1));
  });
}

const [planName = 'all'] = process.argv.slice(2);
const plan = plans[planName];
if (plan === undefined) {
  console.error(`usage: check.ts [${Object.keys(plans).join(' | ')}]`);
  process.exit(2);
}
for (const step of plan) {
  const start = performance.now();
  console.log(`\n▸ ${step.name}: ${step.command.join(' ')}`);
  const code = await run(step);
  if (code !== 0) {
    console.error(`✗ ${step.name} failed (exit ${code})`);
    process.exit(code);
  }
  console.log(`✓ ${step.name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
