// `npm run bench`. This process is the load client too; everything that it measures runs in processes of their own.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchBundle } from './bundle-bench.ts';
import { benchCore } from './core-bench.ts';
import { startMeasured } from './measured-process.ts';
import { help, type Options, type Part, readOptions } from './options.ts';
import { formatFigures, formatGoals, type Section } from './report.ts';
import { benchStack } from './stack-bench.ts';

function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    arch: process.arch,
    node: process.versions.node,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

async function withMock(run: (mock: Awaited<ReturnType<typeof startMeasured>>) => Promise<Section>): Promise<Section> {
  const mock = await startMeasured({ module: new URL('mock-upstream.ts', import.meta.url) });
  try {
    return await run(mock);
  } finally {
    await mock.stop();
  }
}

const benches: Readonly<Record<Part, (options: Options) => Promise<Section>>> = {
  core: ({ pace, profileDir }) => withMock((mock) => benchCore(mock, pace, profileDir)),
  stack: ({ pace }) => withMock((mock) => benchStack(mock, pace)),
  bundle: async ({ coldRuns }) => benchBundle(coldRuns),
};

async function run(options: Options): Promise<void> {
  const machine = describeMachine();
  const startMs = performance.now();
  const figures: Section['figures'][number][] = [];
  const goals: Section['goals'][number][] = [];
  for (const part of options.parts) {
    process.stderr.write(`measuring: ${part}\n`);
    const section = await benches[part](options);
    figures.push(...section.figures);
    goals.push(...section.goals);
  }
  const seconds = Math.round((performance.now() - startMs) / 1000);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine, quick: options.quick, seconds, figures, goals }, null, 2)}\n`);
    return;
  }
  const { cpu, cpus: count, arch, node, loadBefore } = machine;
  const busy = loadBefore > count / 4 ? ' (not quiet: expect worse figures than it can do)' : '';
  process.stdout.write(
    [
      `${count} x ${cpu}, ${arch}, Node ${node}, load ${loadBefore}${busy}, ${seconds} s${options.quick ? ', --quick: rough' : ''}`,
      formatFigures(figures),
      formatGoals(goals),
      '',
    ].join('\n\n'),
  );
}

function readOptionsOrExit(): Options {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== undefined) return options;
    process.stdout.write(help);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}

await run(readOptionsOrExit());
