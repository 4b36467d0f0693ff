// npm run simulate -- --seeds N [--seed S] [--bug NAME]: runs N seeds from S on, and replays a single one with --seeds 1.
import { parseArgs } from 'node:util';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    bug: { type: 'string' },
  },
});

function isBug(name: string): name is PlantedBug {
  return name in plantedBugs;
}

const [seeds, first] = [Number(values.seeds), Number(values.seed)];
const bug = values.bug === undefined || isBug(values.bug) ? values.bug : undefined;
if (!Number.isSafeInteger(seeds) || !Number.isSafeInteger(first) || bug !== values.bug) {
  process.stderr.write(`usage: simulate --seeds N [--seed S] [--bug ${Object.keys(plantedBugs).join('|')}]\n`);
  process.exit(2);
}

const total = { operations: 0, faults: 0, requests: 0, admitted: 0, violations: 0 };
const startedAtMs = performance.now();
for (let seed = first; seed < first + seeds; seed += 1) {
  const { violation, ...report } = await runSeed(seed, bug);
  total.operations += report.operations;
  total.faults += report.faults;
  total.requests += report.requests;
  total.admitted += report.admitted;
  if (violation === undefined) continue;
  total.violations += 1;
  if (total.violations <= 10) process.stdout.write(`seed ${seed}: ${violation}\n`);
}
const seconds = (performance.now() - startedAtMs) / 1000;
process.stdout.write(
  `${seeds} seeds in ${seconds.toFixed(1)} s (${Math.round((seeds / seconds) * 60)} a minute): ${total.requests} requests, ` +
    `${total.admitted} admitted, ${total.operations} changes of scopes, ${total.faults} faults, ` +
    `${total.violations} violations\n`,
);
process.exitCode = total.violations === 0 ? 0 : 1;
