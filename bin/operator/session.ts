import type { Command } from 'commander';
import * as z from 'zod';
import { type AdminTarget, findAdminTarget } from './admin-target.ts';
import type { SecretSource } from './read-secret.ts';

export interface CliHost extends SecretSource {
  /** Data: stdout. */
  readonly write: (text: string) => void;
  /** Talk: stderr. */
  readonly tell: (text: string) => void;
  readonly fetch: typeof fetch;
}

/** One command's run: against which gateway, and how it prints. */
export interface Session {
  readonly host: CliHost;
  readonly target: AdminTarget;
  readonly json: boolean;
}

export type OpenSession = (options: unknown) => Promise<Session>;

const targetOptions = z.object({
  url: z.string().optional(),
  region: z.string().optional(),
  data: z.string().optional(),
  json: z.boolean().optional(),
});

/** The options that every command takes. */
export function withTarget(command: Command): Command {
  return command
    .option('--url <url>', "the stack's AdminUrl output (PORTCULLIS_URL)")
    .option('--region <region>', "the API's region, where its URL does not tell (AWS_REGION)")
    .option('--data <folder>', 'the data folder of a gateway on this machine')
    .option('--json', 'print the whole answer as JSON');
}

export function sessionOpener(host: CliHost): OpenSession {
  return async (options) => {
    const { data, json = false, ...given } = targetOptions.parse(options);
    const url = given.url ?? (data === undefined ? host.variables['PORTCULLIS_URL'] : undefined);
    const region = given.region ?? host.variables['AWS_REGION'];
    return { host, json, target: await findAdminTarget({ url, region, data }) };
  };
}
