import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(import.meta.dirname, 'portkey');
const server = join(folder, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');

/**
 * The address of Portkey's server, installed from its own lockfile at the first run: the product's installation shall not
 * carry it. Undefined, and the reason on standard error, where that cannot be done.
 */
export function installPortkey(): URL | undefined {
  if (!existsSync(server)) {
    process.stderr.write('installing: @portkey-ai/gateway, for comparison, into test/bench/portkey\n');
    const { error, stderr } = spawnSync('npm', ['ci', '--silent'], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (!existsSync(server)) {
      const reason = error?.message ?? stderr.trim().slice(-500);
      process.stderr.write(`not measured: Portkey, as \`npm ci\` in test/bench/portkey failed: ${reason}\n`);
      return undefined;
    }
  }
  return pathToFileURL(server);
}
