import { Command, CommanderError } from 'commander';
import * as z from 'zod';
import { callAdmin } from './call-admin.ts';
import { CliError, exitCodes } from './cli-error.ts';
import { addPriceCommands } from './price-commands.ts';
import { readSecret } from './read-secret.ts';
import { type CliHost, type Session, sessionOpener, withTarget } from './session.ts';
import { verifyAuditLog } from './verify-audit-log.ts';

const accountOptions = z.object({ name: z.string(), plan: z.string().optional() });
const credentialOptions = z.object({ fromEnv: z.string().optional() });

const createdAccount = z.looseObject({ id: z.string(), plan: z.string(), key: z.looseObject({ key: z.string() }) });
const storedCredential = z.looseObject({ provider: z.string(), last4: z.string() });

const SECRET_AS_ARGUMENT =
  'Name the provider alone. Its key comes from stdin or --from-env, as other users of the machine can see arguments.';

const EXAMPLES = `
Examples:
  $ portcullis account create --name "Search team" --plan startup --url https://abc.execute-api.us-east-1.amazonaws.com/live/admin
  $ portcullis provider set-credential openai --from-env OPENAI_API_KEY --data .portcullis
  $ portcullis price set together/my-model --input 0.20 --output 0.60 --context-window 131072 --data .portcullis
  $ pass show anthropic | portcullis provider set-credential anthropic --url "$PORTCULLIS_URL"
  $ portcullis audit verify acct_1.ndjson --checkpoints checkpoints/ --public-key audit.pub

Exit codes: 0 done, 1 the gateway failed or cannot be reached, 2 wrong usage or refused input, 4 not allowed, 5 an audit log
does not hold.
`;

async function createAccount({ host, target, json }: Session, options: unknown): Promise<void> {
  const { name, plan } = accountOptions.parse(options);
  const answer = await callAdmin(target, { method: 'POST', path: '/accounts', body: { name, plan } }, host.fetch);
  const account = createdAccount.parse(answer);
  if (json) host.write(`${JSON.stringify(answer)}\n`);
  else host.write(`account  ${account.id}\nplan     ${account.plan}\nkey      ${account.key.key}\n`);
  host.tell('This is the only time that the key is shown: it is kept nowhere. Store it now.\n');
}

async function setCredential({ host, target, json }: Session, provider: string, options: unknown): Promise<void> {
  const { fromEnv } = credentialOptions.parse(options);
  const body = { api_key: await readSecret(host, fromEnv) };
  const path = `/providers/${encodeURIComponent(provider)}/credential`;
  const answer = await callAdmin(target, { method: 'PUT', path, body }, host.fetch);
  const stored = storedCredential.parse(answer);
  if (json) host.write(`${JSON.stringify(answer)}\n`);
  else host.write(`${stored.provider}  …${stored.last4}\n`);
  host.tell('Stored. The gateway uses it within a minute.\n');
}

function buildProgram(host: CliHost): Command {
  const openSession = sessionOpener(host);
  const program = new Command('portcullis')
    .description('Operates a Portcullis gateway over its IAM-authorized management API.')
    // Commander quotes an unknown `--option=value` whole, and the value may be a secret that was put there by mistake.
    .configureOutput({
      writeOut: host.write,
      writeErr: host.tell,
      outputError: (text, write) => write(text.replace(/=[^']*'/g, "=…'")),
    })
    .exitOverride()
    .addHelpText('afterAll', EXAMPLES);
  const account = program.command('account').description('accounts and their first keys');
  withTarget(account.command('create').description('create an account and its master key'))
    .requiredOption('--name <name>', 'the name of a team or a customer, 1 to 100 characters')
    .option('--plan <plan>', 'free, developer, startup or enterprise')
    .action(async (options: unknown) => createAccount(await openSession(options), options));
  const provider = program.command('provider').description('model providers');
  withTarget(provider.command('set-credential').description("store a provider's API key, read from stdin"))
    .argument('<name>', 'the provider, as in the model names: openai, anthropic, …')
    .option('--from-env <variable>', 'read the key from this variable instead')
    .allowExcessArguments()
    .action(async (name: string, options: unknown, command: Command) => {
      if (command.args.length > 1) throw new CliError('usage', SECRET_AS_ARGUMENT);
      await setCredential(await openSession(options), name, options);
    });
  addPriceCommands(program, openSession);
  addAudit(program, host);
  return program;
}

function addAudit(program: Command, host: CliHost): void {
  const audit = program.command('audit').description('audit logs');
  audit
    .command('verify')
    .description('check an exported audit log, offline, and name the first link that does not hold')
    .argument('<file>', 'the log: one event per line, as JSON, the oldest first')
    .option('--account <id>', 'whose log it must be; without it, whoever the first event names')
    .option('--checkpoints <path>', "the archive's checkpoints: a copy of the folder, or a file of one per line")
    .option('--public-key <key>', 'the key that signed them, as C2SP writes it, or a file of it (PEM too)')
    .option('--as-of <time>', 'when the log was complete: the checkpoints must reach to within 70 minutes of it')
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string, options: unknown) => verifyAuditLog(file, options, host.write));
}

/** Runs one command. Resolves with the process's exit code; never throws. */
export async function runOperatorCli(args: readonly string[], host: CliHost): Promise<number> {
  try {
    await buildProgram(host).parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const known =
      error instanceof CliError ? error : new CliError('fault', 'The answer of the gateway was not understood.');
    host.tell(`portcullis: ${known.message}\n`);
    return known.exitCode;
  }
}
