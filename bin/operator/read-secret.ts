import { text } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';

export interface SecretSource {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** From the variable named, or else from stdin; never from an argument, which other users of the machine can see. */
export async function readSecret({ variables, stdin }: SecretSource, variable: string | undefined): Promise<string> {
  if (variable === undefined && stdin.isTTY === true) {
    throw new CliError('usage', 'Pipe the credential to stdin, or name the variable that holds it with --from-env.');
  }
  const secret = variable === undefined ? (await text(stdin)).trim() : (variables[variable] ?? '');
  if (secret === '') {
    throw new CliError('usage', variable === undefined ? 'stdin was empty.' : `The variable ${variable} is not set.`);
  }
  return secret;
}
