// `npm start`: the whole gateway on this machine.
import { resolve } from 'node:path';
import { DirectoryInUseError } from '../local/files/lock-directory.ts';
import { parseFlags, type RunFlags } from '../local/flags.ts';
import { removeReadyFile, writeReadyFile } from '../local/ready-file.ts';
import { type LocalStack, startLocal } from '../local/start.ts';
import { StartError } from '../local/start-error.ts';

function greet({ baseUrl, masterKey, accountId }: LocalStack): void {
  const key = masterKey ?? '$PORTCULLIS_KEY';
  console.log(`
Portcullis is ready at ${baseUrl}
  account  ${accountId}
  key      ${masterKey === undefined ? 'as shown at the first start of this data folder' : `${masterKey}  (shown this once)`}

  curl ${baseUrl}/chat/completions \\
    -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\
    -d '{"model":"demo/echo","messages":[{"role":"user","content":"hello"}]}'
`);
}

function fail(error: unknown): never {
  const isExpected = error instanceof StartError || error instanceof DirectoryInUseError;
  console.error('portcullis:', isExpected ? error.message : error);
  process.exit(1);
}

async function run({ port, dataDir, upstreams, readyFile }: RunFlags): Promise<void> {
  if (readyFile !== undefined) await removeReadyFile(readyFile);
  const stack = await startLocal({
    port,
    dataDir: resolve(dataDir),
    upstreams,
    environment: process.env,
    log: (line) => console.error(line),
  });
  const stop = () => {
    console.error('Stopping…');
    stack.stop().then(() => process.exit(0), fail);
  };
  // A terminal sends Ctrl-C to the launcher as well, which hands it on: the second one is the same.
  process.once('SIGINT', stop).once('SIGTERM', stop);
  process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  if (readyFile !== undefined) await writeReadyFile(readyFile, stack, process.pid);
  greet(stack);
}

const flags = parseFlags(process.argv.slice(2));
if (flags.kind === 'help') {
  console.log(flags.text);
} else if (flags.kind === 'invalid') {
  console.error(`portcullis: ${flags.message} See --help.`);
  process.exit(2);
} else {
  await run(flags.flags).catch(fail);
}
