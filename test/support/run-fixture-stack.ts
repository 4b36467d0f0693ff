// Runs a fixture assembly in a process of its own, to be killed: `run-fixture-stack.ts <assembly> <data>`. Prints one line
// of JSON when it is ready.
import { startLocal } from '../../local/start.ts';

const [, , assemblyDir = '', dataDir = ''] = process.argv;
const stack = await startLocal({
  port: 0,
  dataDir,
  assemblyDir,
  upstreams: new Map(),
  environment: { PATH: process.env['PATH'] },
  log: () => undefined,
});
process.stdout.write(`${JSON.stringify({ url: stack.url, dynamodb: stack.endpoints.dynamodb })}\n`);
