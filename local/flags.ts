import { parseArgs } from 'node:util';

/** What the command line of the local gateway asks for. */
export interface RunFlags {
  /** 0: any free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Base URLs by provider name. */
  readonly upstreams: ReadonlyMap<string, string>;
  readonly readyFile: string | undefined;
}

export type Flags =
  | { readonly kind: 'run'; readonly flags: RunFlags }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'invalid'; readonly message: string };

const help = `Runs the whole gateway on this machine.

usage: npm start -- [flags]

  --port N              where to listen on 127.0.0.1 (default 8787; 0 takes any free port)
  --data DIR            what it stores, kept across restarts (default .portcullis/)
  --upstream NAME=URL   the base URL of a provider, e.g. ollama=http://127.0.0.1:11434/v1 (repeatable)
  --ready-file PATH     a JSON file that is written when the gateway is ready
  --help                this text

Provider credentials are read from the usual variables: OPENAI_API_KEY, ANTHROPIC_API_KEY, …
`;

const options = {
  port: { type: 'string', default: '8787' },
  data: { type: 'string', default: '.portcullis' },
  upstream: { type: 'string', multiple: true },
  'ready-file': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export function parseFlags(args: readonly string[]): Flags {
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    if (values.help) return { kind: 'help', text: help };
    const flags: RunFlags = {
      port: parsePort(values.port),
      dataDir: parsePath('--data', values.data),
      upstreams: new Map((values.upstream ?? []).map(parseUpstream)),
      readyFile: values['ready-file'] === undefined ? undefined : parsePath('--ready-file', values['ready-file']),
    };
    return { kind: 'run', flags };
  } catch (error) {
    return { kind: 'invalid', message: error instanceof Error ? error.message : String(error) };
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`--port takes a number from 0 to 65535, not "${text}".`);
  return port;
}

function parsePath(flag: string, text: string): string {
  if (text === '') throw new Error(`${flag} takes a path.`);
  return text;
}

function parseUpstream(text: string): [string, string] {
  const [, name, url = ''] = /^([a-z][a-z0-9-]{0,31})=(.*)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new Error(`--upstream takes NAME=URL with a name such as "openai" or "my-server", not "${text}".`);
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`--upstream ${name} takes an http or https URL, not "${url}".`);
  }
  return [name, url.replace(/\/+$/, '')];
}
