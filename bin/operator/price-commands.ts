import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import * as z from 'zod';
import { callAdmin } from './call-admin.ts';
import { CliError } from './cli-error.ts';
import { type OpenSession, type Session, withTarget } from './session.ts';

const path = '/prices';

const price = z.looseObject({ object: z.string(), model: z.string(), input: z.string(), output: z.string() });
type Price = z.infer<typeof price>;
const priceList = z.object({ data: z.array(price) });
const deletedPrice = z.object({ model: z.string() });

/** Option -> what the gateway calls it. What it makes of the text is the gateway's to say. */
const amounts = {
  input: 'for a million tokens read',
  output: 'for a million tokens written',
  cachedInput: 'for a million tokens read from a cache of prompts (default: as --input)',
  cacheWrite: 'for a million tokens written to that cache (default: as --input)',
  reasoning: 'for a million tokens of reasoning (default: as --output)',
  audioInput: 'for a million tokens of audio read (default: refused under a cap)',
  audioOutput: 'for a million tokens of audio written (default: refused under a cap)',
  perRequest: 'for each request, besides its tokens',
} as const;
const sizes = {
  contextWindow: 'tokens of input and output together',
  maxOutputTokens: 'the largest output limit that the provider takes',
} as const;

const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toKebab = (name: string) => toSnake(name).replaceAll('_', '-');

const setOptions = z.object({ file: z.string().optional() }).catchall(z.unknown());
const jsonObject = z.record(z.string(), z.unknown());

async function readPriceFile({ host }: Session, file: string): Promise<Record<string, unknown>> {
  const content = file === '-' ? text(host.stdin) : readFile(file, 'utf8');
  try {
    return jsonObject.parse(JSON.parse(await content));
  } catch (cause) {
    throw new CliError('usage', `${file === '-' ? 'stdin' : file} holds no JSON object that can be read.`, { cause });
  }
}

/** What the file says, and what the options say otherwise. */
async function readPrice(session: Session, options: unknown): Promise<Record<string, unknown>> {
  const { file, ...given } = setOptions.parse(options);
  const body = file === undefined ? {} : await readPriceFile(session, file);
  for (const name of Object.keys(amounts)) if (given[name] !== undefined) body[toSnake(name)] = given[name];
  for (const name of Object.keys(sizes)) {
    const value = given[name];
    if (typeof value !== 'string') continue;
    if (!/^\d{1,10}$/.test(value)) throw new CliError('usage', `--${toKebab(name)} must be a whole number of tokens.`);
    body[toSnake(name)] = Number(value);
  }
  return body;
}

function printPrice({ object: _object, model, input, output, ...more }: Price): string {
  const others = Object.entries(more).map(
    ([name, value]) => `${name} ${z.string().safeParse(value).data ?? JSON.stringify(value)}`,
  );
  return [model, `input ${input}`, `output ${output}`, ...others].join('  ');
}

async function listPrices({ host, target, json }: Session): Promise<void> {
  const answer = await callAdmin(target, { method: 'GET', path }, host.fetch);
  const { data } = priceList.parse(answer);
  if (json) host.write(`${JSON.stringify(answer)}\n`);
  else for (const one of data) host.write(`${printPrice(one)}\n`);
  if (data.length === 0) host.tell('No prices of your own: the catalogue’s hold.\n');
}

async function setPrice(session: Session, model: string, options: unknown): Promise<void> {
  const { host, target, json } = session;
  const body = { ...(await readPrice(session, options)), model };
  const answer = await callAdmin(target, { method: 'PUT', path, body }, host.fetch);
  const stored = price.parse(answer);
  host.write(`${json ? JSON.stringify(answer) : printPrice(stored)}\n`);
  host.tell('Stored. It is in force within half a minute, for requests that start then.\n');
}

async function deletePrice({ host, target, json }: Session, model: string): Promise<void> {
  const answer = await callAdmin(target, { method: 'DELETE', path, query: { model } }, host.fetch);
  const deleted = deletedPrice.parse(answer);
  host.write(`${json ? JSON.stringify(answer) : deleted.model}\n`);
  host.tell('Deleted. Within half a minute the catalogue’s price holds, if it has one.\n');
}

const MODEL = 'provider/model, or a prefix with * at its end: openai/gpt-5*';

/** `price list`, `price set` and `price delete`. */
export function addPriceCommands(program: Command, openSession: OpenSession): void {
  const prices = program.command('price').description('what models cost, where you know better than the catalogue');
  withTarget(prices.command('list').description('print every price of your own')).action(async (options: unknown) =>
    listPrices(await openSession(options)),
  );
  const set = withTarget(prices.command('set').description('set what a model costs, in place of all that was known'));
  set.argument('<model>', MODEL);
  for (const [name, meaning] of Object.entries(amounts))
    set.option(`--${toKebab(name)} <usd>`, `US dollars ${meaning}`);
  for (const [name, meaning] of Object.entries(sizes)) set.option(`--${toKebab(name)} <tokens>`, meaning);
  set
    .option('--file <path>', 'read the price as JSON, long_context tiers included; - is stdin. Options come on top')
    .action(async (model: string, options: unknown) => setPrice(await openSession(options), model, options));
  withTarget(prices.command('delete').description('delete a price: the catalogue’s holds again'))
    .argument('<model>', 'as it was set')
    .action(async (model: string, options: unknown) => deletePrice(await openSession(options), model));
}
